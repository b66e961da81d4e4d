import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { parse as parseYaml } from "yaml";
import { describe, expect, it } from "vitest";

import { HOSTS } from "../src/cli/hosts/hosts.ts";
import { DEFAULTS, SETTING_NAMES } from "../src/config/defaults.ts";
import { flagOf, variableOf } from "../src/config/layers.ts";
import { settingsSchema } from "../src/config/schema.ts";
import { bin, handbook } from "./support/docs.ts";
import { lectern } from "./support/run.ts";
import { docs, serve } from "./support/servers.ts";

const folder = fileURLToPath(new URL("../../../docs", import.meta.url));
const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
const pageOf = (host: string): string => `start/${host === "generic" ? "any-host" : host}.md`;

/** Output with the paths of the documentation, and without scores, which any change of ranking moves. */
function documented(text: string): string {
  return text
    .replaceAll(realpathSync(bin), "/Users/you/lectern/packages/server/bin/lectern.js")
    .replaceAll(/score: [\d.]+/gu, "score: 0")
    .replaceAll(/(#[\w-]+) [\d.]+$/gmu, "$1 0")
    .replaceAll(/ +$/gmu, "");
}

/** Output without figures and the widths that they give to columns, which a change of ranking moves. */
function shape(text: string): string {
  return text
    .replaceAll(/[+-]?\d*\.\d+/gu, "0")
    .replaceAll(/ +/gu, " ")
    .trimEnd();
}

describe("start pages", () => {
  it.each(HOSTS.map(({ name }) => name))("%s: shows what print-config prints", (host) => {
    const ran = lectern(["print-config", host, "/Users/you/handbook", "--json"]);
    const printed = JSON.parse(ran.stdout) as { text: string; command?: string };
    const node = /"?command"? ?[:=] "([^"]+)"/u.exec(printed.text)?.[1] ?? "";
    const shown = (part: string): string =>
      documented(part).replaceAll(node, "/opt/homebrew/bin/node");
    const page = read(pageOf(host));
    expect(page).toContain(`\n${shown(printed.text)}\`\`\``);
    expect(page).toContain(`lectern print-config ${host} ~/handbook`);
    if (host === "claude-code" || host === "codex" || host === "openclaw") {
      expect(page).toContain(shown(printed.command ?? "(none)"));
    }
  });

  it("show the answer that a host gets", async () => {
    const { index } = docs();
    const host = await serve(handbook, index);
    const query = "how do I rotate a secret";
    const { text } = await host.call("search_docs", { query, limit: 1 });
    for (const { name } of HOSTS) {
      expect(documented(read(pageOf(name)))).toContain(`\n${documented(text).trimEnd()}\n\`\`\``);
    }
    const where = ["-r", handbook, "--index-dir", index];
    const { stdout } = lectern(["search", query, "-n", "1", ...where]);
    expect(documented(read("start/any-host.md"))).toContain(documented(stdout).trimEnd());
  });
});

describe("configuration.md", () => {
  const page = read("configuration.md");

  it("names every setting with its flag and variable", () => {
    for (const name of SETTING_NAMES) {
      const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` |`)) ?? "";
      expect(row, name).toContain(`\`${flagOf(name)}\``);
      expect(row, name).toContain(`\`${variableOf(name)}\``);
    }
    for (const value of [DEFAULTS.maxFileBytes, ...DEFAULTS.include, DEFAULTS.protocol]) {
      expect(page).toContain(String(value));
    }
  });

  it("shows files that are valid and say the same", () => {
    const yaml: unknown = parseYaml(/```yaml\n([\s\S]*?)```/u.exec(page)?.[1] ?? "");
    const json = JSON.parse(/```json\n([\s\S]*?)```/u.exec(page)?.[1] ?? "") as object;
    expect(settingsSchema().parse(json)).toEqual({
      ...settingsSchema().parse(yaml),
      $schema: expect.stringMatching(/lectern\.config\.schema\.json$/u),
    });
  });
});

describe("search.md", () => {
  it("shows synonyms that are read, and told as it says", () => {
    const page = read("search.md");
    const [, shown = ""] = /## Synonyms[\s\S]*?```text\n([\s\S]*?)```/u.exec(page) ?? [];
    const pages = docs({ "leave.md": "# Vacation\n" });
    const file = path.join(pages.base, "synonyms.txt");
    writeFileSync(file, shown);
    const where = ["-r", pages.root, "--index-dir", pages.index, "--synonyms", file];
    const { stdout } = lectern(["search", "pto on-call", ...where]);
    const [, told = ""] = /`(also searched: [^`]*)`/u.exec(page) ?? [];
    expect(stdout.split("\n")).toContain(told);
    expect(stdout).toContain("also searched: on call -> pager duty");
  });
});

describe("evaluating.md", () => {
  const page = read("evaluating.md");
  const workspace = path.dirname(folder);

  it("shows questions of the sample handbook", () => {
    const [, shown = ""] = /```json\n([\s\S]*?)```/u.exec(page) ?? [];
    expect(readFileSync(`${handbook}.questions.jsonl`, "utf8")).toContain(shown);
  });

  it("shows what its command lines print", () => {
    const { base, index } = docs();
    const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```\n[\s\S]*?```text\n([\s\S]*?)```/gu)];
    expect(blocks).toHaveLength(4);
    for (const [, commands = "", output = ""] of blocks) {
      let ran: ReturnType<typeof lectern> | undefined;
      for (const command of commands.replaceAll("\\\n", " ").trim().split("\n")) {
        const [line = "", file] = command.split(" > ");
        const args = line
          .trim()
          .split(/ +/u)
          .slice(1)
          .map((arg) => arg.replace("examples/", `${workspace}/examples/`));
        ran = lectern([...args, "--index-dir", index], { cwd: base });
        if (file !== undefined) writeFileSync(path.join(base, file), ran.stdout);
      }
      expect(shape(`${ran?.stdout}\n${ran?.stderr}`)).toContain(shape(output));
    }
  });
});

describe("every page", () => {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".md"),
  );

  it.each(pages)("%s: links to files that are there", (name) => {
    for (const [, target = ""] of read(name).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/gu)) {
      expect(existsSync(path.resolve(folder, path.dirname(name), target)), target).toBe(true);
    }
  });
});
