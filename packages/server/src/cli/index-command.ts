import { type OpenOptions, openEngine, type SyncReport } from "@lectern/native";

import { oneLine } from "../plain-text.ts";
import { bold, print, printJson, progressLine } from "./terminal.ts";

/** Brings the index up to the files and reports. */
export async function indexCommand(options: OpenOptions, asJson: boolean): Promise<number> {
  await using engine = await openEngine(options);
  const line = progressLine();
  let report: SyncReport;
  try {
    report = await engine.sync({ onProgress: (progress) => line.show(progress) });
  } finally {
    line.clear();
  }
  if (asJson) printJson(report);
  else print(human(report));
  return 0;
}

function human(report: SyncReport): string {
  const { pages, sections, links, added, changed, removed, unchanged, indexBytes, ms } = report;
  const lines = [
    `${bold(`${pages} pages`)}, ${sections} sections, ${links} links`,
    `${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged`,
    `${(indexBytes / 1e6).toFixed(1)} MB, ${Math.round(ms.total)} ms`,
  ];
  for (const { path, reason } of report.skipped) lines.push(`skipped ${oneLine(path)}: ${reason}`);
  for (const { path, reason } of report.notices) lines.push(`note ${oneLine(path)}: ${reason}`);
  if (pages === 0) lines.push("no Markdown pages were found under the roots");
  return lines.join("\n");
}
