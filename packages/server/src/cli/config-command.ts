import type { Command } from "commander";

import { SETTING_NAMES, type SettingName } from "../config/defaults.ts";
import { type Origin, variableOf } from "../config/layers.ts";
import type { LoadedSettings } from "../config/settings.ts";
import { describe } from "./help.ts";
import { addServeFlags, commandSettings, type ServeFlags } from "./options.ts";
import { bold, dim, print, printJson, table } from "./terminal.ts";

/** Registers `lectern config`. */
export function addConfigCommand(lectern: Command): void {
  const command = addServeFlags(lectern.command("config"))
    .description("show every setting and where its value comes from")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .optionsGroup("Output:")
    .option("--json", "print it for programs")
    .action(async (roots: string[], flags: ServeFlags & { json?: boolean }) => {
      const loaded = await commandSettings(flags, roots);
      if (flags.json === true) printJson(settingsRecord(loaded));
      else print(human(loaded));
    });
  describe(command, {
    about:
      "Reads flags, environment and configuration file as `serve` would, and shows what holds.\n" +
      "Nothing is opened; `lectern doctor` looks at the folders themselves.",
    examples: [
      ["lectern config", "what holds in this folder"],
      ["lectern config -c ~/lectern.yaml --log info", "with a file and a flag over it"],
      ["lectern config --json | jq .settings.roots", "for programs"],
    ],
    environment: SERVE_VARIABLES.map(([name, meaning]) => [variableOf(name), meaning]),
    isAboutDocuments: true,
    exits: [0, 1, 2],
  });
}

const SERVE_VARIABLES: readonly (readonly [SettingName, string])[] = [
  ["runbooks", "where runbooks are: folders or globs, separated by ':'"],
  ["protocol", "auto, legacy or modern"],
  ["log", "debug, info, warn, error or silent"],
  ["pull", "how often clones are pulled: 10m, 1h; or off"],
];

/** Settings with their origins, for programs; `file` is `null` when there is none. */
function settingsRecord({ settings, origins, file }: LoadedSettings): Record<string, unknown> {
  const entries = SETTING_NAMES.map((name) => {
    return [name, { value: settings[name] ?? null, origin: origins[name] }];
  });
  return { file: file ?? null, settings: Object.fromEntries(entries) };
}

function human({ settings, origins, file }: LoadedSettings): string {
  const rows: string[][] = [];
  for (const name of SETTING_NAMES) {
    const values = shownValues(settings, name);
    for (const [index, value] of values.entries()) {
      const isFirst = index === 0;
      rows.push([isFirst ? name : "", value, isFirst ? originText(origins[name]) : ""]);
    }
  }
  const width = Math.max(...rows.map(([name = ""]) => name.length));
  const aligned = table(rows.map(([name = "", ...rest]) => [name.padEnd(width), ...rest]));
  return `${bold("file")}  ${file ?? dim("none")}\n\n${aligned}`;
}

function shownValues(settings: LoadedSettings["settings"], name: SettingName): string[] {
  if (name === "roots") {
    return settings.roots.map((root) =>
      root.name === undefined ? root.path : `${root.name}=${root.path}`,
    );
  }
  const absent = name === "indexDir" ? "(the platform's cache folder)" : [];
  const values = [settings[name] ?? absent].flat().map(String);
  return values.length === 0 ? ["(none)"] : values;
}

function originText({ from, name }: Origin): string {
  return name === undefined ? from : `${from} ${name}`;
}
