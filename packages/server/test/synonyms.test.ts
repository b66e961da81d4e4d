import { writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import type { Docs } from "./support/docs.ts";
import { parseFacts } from "./support/facts.ts";
import { lectern, type Ran } from "./support/run.ts";
import { docs, start } from "./support/servers.ts";

const pages = {
  "leave.md": "# Leave\n\nPaid time off is asked for in the portal.\n",
  "cluster.md": "# Kubernetes\n\nNodes and pods.\n",
};
const synonyms = "# ours\npto => paid time off, vacation\nk8s, kubernetes\n";

/** Pages with a file of synonyms beside their folder. */
function withSynonyms(text = synonyms): { readonly folder: Docs; readonly file: string } {
  const folder = docs(pages);
  const file = path.join(folder.base, "synonyms.txt");
  writeFileSync(file, text);
  return { folder, file };
}

/** Searches with the flags given, from beside the folder of pages. */
function search(folder: Docs, query: string, ...flags: string[]): Ran {
  const where = ["-r", "docs", "--index-dir", folder.index];
  return lectern(["search", query, ...where, ...flags], { cwd: folder.base });
}

const bytes = (text: string): number => Buffer.byteLength(text, "utf8");

describe("synonyms", () => {
  it("find pages in other words, and are told by search_docs", async () => {
    const { folder, file } = withSynonyms();
    const host = start(["serve", folder.root, "--index-dir", folder.index, "--synonyms", file]);
    await host.open("2025-11-25");
    const both = await host.call("search_docs", { query: "pto on k8s" });
    const paths = parseFacts(both.text).hits.map((hit) => hit.path);
    expect(paths.sort()).toEqual(["cluster.md", "leave.md"]);
    const said = "also searched: pto -> paid time off, vacation; k8s -> kubernetes";
    expect(both.data?.["note"]).toMatch(new RegExp(`(?:^|; )${said}$`, "u"));
    expect(parseFacts(both.text).note).toBe(both.data?.["note"]);
    // One way: who asks for the long words gets no short one.
    const plain = await host.call("search_docs", { query: "paid time off" });
    expect(plain.data).not.toHaveProperty("note");

    const { result } = await host.request("resources/read", { uri: "config://app/settings" });
    const shown = JSON.stringify(result);
    expect(shown).toContain("synonyms");
    expect(shown).not.toContain("synonyms.txt");
    expect(shown).not.toContain(folder.base);
  });

  it("are told within the budget", async () => {
    const names = Array.from({ length: 24 }, (_, at) => `alias${at}`);
    const long = "verylong".repeat(12);
    const { folder, file } = withSynonyms(
      names.map((name) => `${name} => ${name} ${long}, kubernetes\n`).join(""),
    );
    const host = start(["serve", folder.root, "--index-dir", folder.index, "--synonyms", file]);
    await host.open("2025-11-25");
    const call = { query: `kubernetes ${names.join(" ")}`, max_tokens: 200 };
    const { text, data } = await host.call("search_docs", call);
    expect(Math.max(bytes(text), bytes(JSON.stringify(data)))).toBeLessThanOrEqual(800);
    expect(data?.["note"]).toMatch(/also searched: .*; synonyms of \d+ more$/u);
  });

  it("are told by the command line", () => {
    const { folder } = withSynonyms();
    const flags = ["--synonyms", "synonyms.txt"];
    const { stdout } = search(folder, "pto k8s", ...flags, "--explain");
    expect(stdout).toContain("\nalso searched: pto -> paid time off, vacation\n");
    expect(stdout).toContain("\nalso searched: k8s -> kubernetes\n");
    const answer = JSON.parse(search(folder, "pto", ...flags, "--json").stdout) as object;
    expect(answer).toMatchObject({
      hits: [{ path: "leave.md" }],
      expanded: [{ word: "pto", synonyms: ["paid time off", "vacation"] }],
    });
    expect(search(folder, "pto").status).toBe(4);
  });

  it("may be named by a configuration file, relative to it, or by a variable", () => {
    const { folder, file } = withSynonyms();
    folder.write("c.yaml", "roots: [.]\nsynonyms: ../synonyms.txt\n");
    const where = ["--index-dir", folder.index];
    const byFile = lectern(["search", "pto", "-c", "docs/c.yaml", ...where], { cwd: folder.base });
    expect(byFile.stdout).toContain("leave.md:");
    const env = { LECTERN_SYNONYMS: file };
    expect(lectern(["search", "pto", "-r", folder.root, ...where], { env }).status).toBe(0);
    const question = { query: "pto", relevant: [{ path: "leave.md" }] };
    folder.write("q.jsonl", JSON.stringify(question));
    const asked = lectern(["eval", "q.jsonl", "--threshold", "mrr=1", ...where], {
      cwd: folder.root,
      env,
    });
    expect(asked).toMatchObject({ status: 0, stderr: "" });
    const printed = lectern(["print-config", "generic", "docs", "--synonyms", "synonyms.txt"], {
      cwd: folder.base,
    });
    expect(printed.stdout).toContain(`"${path.join(folder.base, "synonyms.txt")}"`);
  });

  it.each([
    ["k8s, kubernetes\nalone\n", "the synonyms file, line 2: at least two different words"],
    ["\n# x\npto =>\n", "the synonyms file, line 3: words are needed on both sides"],
    ["a, --\n", 'the synonyms file, line 1: "--" holds no word'],
  ])("of a file with a bad line end the start: %j", (text, problem) => {
    const { folder, file } = withSynonyms(text);
    const where = ["--index-dir", folder.index, "--synonyms", file];
    for (const args of [
      ["serve", folder.root],
      ["index", folder.root],
      ["search", "x", "-r", folder.root],
    ]) {
      const ran = lectern([...args, ...where]);
      expect(ran, args[0]).toMatchObject({ status: 2, stdout: "" });
      expect(ran.stderr, args[0]).toContain(`error: ${problem}`);
    }
  });

  it("of a file that cannot be read end the start", () => {
    const { folder } = withSynonyms();
    const where = ["--index-dir", folder.index];
    for (const file of ["gone.txt", "docs"]) {
      const ran = lectern(["serve", "docs", ...where, "--synonyms", file], { cwd: folder.base });
      expect(ran).toMatchObject({ status: 2, stdout: "" });
      expect(ran.stderr).toContain("error: the synonyms file cannot be read");
    }
  });

  it("that are fine let a server tell each call what else is wrong", async () => {
    const { folder, file } = withSynonyms();
    const gone = path.join(folder.base, "gone");
    const host = start(["serve", gone, "--index-dir", folder.index, "--synonyms", file]);
    await host.open("2025-11-25");
    const { text, isError } = await host.call("search_docs", { query: "pto" });
    expect(isError).toBe(true);
    expect(text).toContain('root "gone" does not exist');
  });
});
