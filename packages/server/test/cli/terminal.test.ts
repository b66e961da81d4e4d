import { describe, expect, it } from "vitest";

import { progressText } from "../../src/cli/progress.ts";
import { lectern } from "../support/run.ts";
import { docs } from "../support/servers.ts";
import { hasTerminal, onTerminal } from "../support/terminal.ts";

const ESCAPE = "\u001B[";
const pages = Object.fromEntries(
  Array.from({ length: 300 }, (_, index) => [`p${index}.md`, `# Page ${index}\n\nlag\n`]),
);

describe.skipIf(!hasTerminal)("on a terminal (python3 with pty)", () => {
  it("index shows a bar with a rate and takes it away", () => {
    const folder = docs(pages);
    const seen = onTerminal(["index", folder.root, "--index-dir", folder.index]);
    expect(seen).toMatch(/\r(?:scanning|indexing|committing)/u);
    expect(seen).toMatch(/[█░]{24} [\d,]+\/300/u);
    const cleared = `\r${ESCAPE}K`;
    const report = seen.split(cleared).at(-1) ?? "";
    expect(report).toContain(`${ESCAPE}1m300 pages${ESCAPE}22m`);
  });

  it("colors doctor's findings, unless it is told not to", () => {
    const folder = docs({ "a.md": "# A\n" });
    const args = ["doctor", folder.root, "--index-dir", folder.index];
    expect(onTerminal(args)).toContain(`${ESCAPE}32mok`);
    expect(onTerminal(args, { NO_COLOR: "1" })).not.toContain(ESCAPE);
    expect(onTerminal(args, { TERM: "dumb" })).not.toContain(ESCAPE);
    expect(onTerminal(args, { FORCE_COLOR: "0" })).not.toContain(ESCAPE);
  });

  it("prints JSON without any color", () => {
    const folder = docs({ "a.md": "# A\n" });
    const seen = onTerminal(["stats", folder.root, "--index-dir", folder.index, "--json"]);
    expect(JSON.parse(seen)).toMatchObject({ isBuilt: false });
  });
});

describe("through a pipe", () => {
  it("nothing is colored and no bar is drawn", () => {
    const folder = docs(pages);
    const ran = lectern(["index", folder.root, "--index-dir", folder.index]);
    expect(ran.stderr).toBe("");
    expect(ran.stdout).not.toContain(ESCAPE);
  });

  it("FORCE_COLOR colors, also over NO_COLOR", () => {
    const folder = docs(pages);
    const ran = lectern(["index", folder.root, "--index-dir", folder.index], {
      env: { FORCE_COLOR: "1", NO_COLOR: "1" },
    });
    expect(ran.stdout).toContain(`${ESCAPE}1m`);
    expect(ran.stderr).toBe("");
  });
});

describe("the bar", () => {
  it("fills with what is done", () => {
    expect(progressText({ stage: "scanning", done: 0, total: 0 }, 0)).toBe("scanning");
    expect(progressText({ stage: "scanning", done: 1200, total: 0 }, 1)).toBe("scanning   1,200");
    expect(progressText({ stage: "indexing", done: 0, total: 10 }, 0)).toBe(
      `indexing   ${"░".repeat(24)} 0/10`,
    );
    expect(progressText({ stage: "indexing", done: 1250, total: 2500 }, 500)).toBe(
      `indexing   ${"█".repeat(12)}${"░".repeat(12)} 1,250/2,500 2,500/s`,
    );
    expect(progressText({ stage: "committing", done: 9, total: 3 }, 0)).toBe(
      `committing ${"█".repeat(24)} 9/3`,
    );
  });
});
