/** One conversation over the sample handbook, for whatever speaks the protocol. */
import { expect } from "vitest";

import { field, type ToolResult } from "./host.ts";

/** What a completion answers. */
export interface Completion {
  readonly values: readonly string[];
  readonly total?: number | undefined;
  readonly hasMore?: boolean | undefined;
}

/** A piece of the listing of resources. */
export interface ResourcePiece {
  readonly resources: readonly { uri: string; name: string; title?: string | undefined }[];
  readonly nextCursor?: string | undefined;
}

/** What a prompt or a resource template is called in a completion. */
type Reference =
  | { readonly type: "ref/prompt"; readonly name: string }
  | { readonly type: "ref/resource"; readonly uri: string };

/** Requests that must fail. */
export type Attempt = "tool" | "resource" | "prompt" | "argument";

/** A client, whatever it is made of. */
export interface Speaker {
  instructions(): Promise<string | undefined>;
  tools(): Promise<
    readonly { name: string; inputSchema: object; outputSchema?: object | undefined }[]
  >;
  resources(cursor?: string): Promise<ResourcePiece>;
  templates(): Promise<readonly { uriTemplate: string }[]>;
  prompts(): Promise<readonly { name: string; arguments?: readonly { name: string }[] }[]>;
  call(name: string, args: Record<string, unknown>): Promise<ToolResult>;
  read(uri: string): Promise<string>;
  prompt(name: string, args: Record<string, string>): Promise<string>;
  /** Absent where the client cannot ask for one. */
  complete?: (ref: Reference, name: string, value: string) => Promise<Completion>;
  /** JSON-RPC code of a request that must fail. */
  codeOf(attempt: Attempt): Promise<number>;
}

/** The names of what is attempted in vain. */
export const ABSENT = { tool: "nope", uri: "kb://doc/nope.md", prompt: "nope" } as const;

/** Holds the whole conversation; every answer is checked. */
export async function converse(speaker: Speaker): Promise<void> {
  await listing(speaker);
  await searching(speaker);
  await browsing(speaker);
  await reading(speaker);
  await prompting(speaker);
  await completing(speaker);
  await failing(speaker);
}

async function listing(speaker: Speaker): Promise<void> {
  const instructions = await speaker.instructions();
  expect(instructions).toMatch(/search_docs.*get_doc.*browse_docs.*list_recent/su);
  expect((instructions ?? "").length).toBeLessThan(1000);
  const tools = await speaker.tools();
  const names = ["search_docs", "get_doc", "browse_docs", "list_recent"];
  expect(tools.map((tool) => tool.name)).toEqual(names);
  const withOutput = tools.filter((tool) => tool.outputSchema !== undefined);
  expect(withOutput.map((tool) => tool.name)).toEqual(names.filter((name) => name !== "get_doc"));
  expect((await speaker.templates()).map((template) => template.uriTemplate)).toEqual([
    "kb://doc/{+path}",
    "docs://runbook/{incident_type}",
  ]);
  const prompts = await speaker.prompts();
  expect(prompts.map(({ name, arguments: args }) => [name, args?.map((arg) => arg.name)])).toEqual([
    ["answer_from_kb", ["question"]],
    ["triage_incident", ["alert", "severity"]],
  ]);
  const { resources, nextCursor } = await speaker.resources();
  expect(resources.length).toBe(45);
  expect(nextCursor).toBeUndefined();
  expect(resources[0]?.uri).toBe("config://app/settings");
  expect(resources.find(({ uri }) => uri === "kb://doc/faq.md")?.title).toBe(
    "Frequently asked questions",
  );
}

async function searching(speaker: Speaker): Promise<void> {
  const found = await speaker.call("search_docs", { query: "skip a poison message", limit: 3 });
  expect(found.isError).toBe(false);
  const [best] = field<Record<"path" | "section" | "lines" | "uri", string>[]>(found, "hits");
  expect(best).toMatchObject({
    path: "runbooks/KafkaConsumerLagGrowing.md",
    section: "skip-a-poison-message",
  });
  expect(found.text).toContain(`${best?.path}:${best?.lines}`);

  await searchingBelow(speaker);

  const bySection = await speaker.call("get_doc", { path: `${best?.path}#${best?.section}` });
  const byLines = await speaker.call("get_doc", { path: `${best?.path}:${best?.lines}` });
  const byUri = await speaker.call("get_doc", { path: best?.uri });
  expect(body(bySection)).toContain("### Skip a poison message");
  expect(body(byLines)).toBe(body(bySection));
  expect(body(byUri)).toBe(body(bySection));
  expect(bySection.data).toBeUndefined();
  expect(await speaker.read(best?.uri ?? "")).toBe(body(bySection).slice(2));

  const several = await speaker.call("get_doc", { paths: ["faq.md:L1-L3", `${best?.uri}`] });
  expect(several.text).toContain("faq.md · ");
  expect(several.text).toContain("### Skip a poison message");
}

async function searchingBelow(speaker: Speaker): Promise<void> {
  const pages = async (path: string): Promise<string[]> => {
    const found = await speaker.call("search_docs", { query: "rollback", limit: 20, path });
    return field<{ path: string }[]>(found, "hits").map((hit) => hit.path);
  };
  const folders = await pages("{adr,how-to}/**");
  expect(new Set(folders.map((path) => path.split("/")[0]))).toEqual(new Set(["adr", "how-to"]));
  expect(await pages("**/roll-back-*")).toEqual(await pages("how-to/roll-back-a-release.md"));

  const unknown = await speaker.call("search_docs", { query: "rollback", path: "runboks/*.md" });
  expect(unknown.isError).toBe(true);
  expect(unknown.text).toMatch(
    /^NOT_FOUND: no page matches "runboks\/\*\.md"\nhint: nearest: runbooks\b/u,
  );
}

async function browsing(speaker: Speaker): Promise<void> {
  const tree = await speaker.call("browse_docs", { depth: 1 });
  expect(tree.data).toMatchObject({ path: "", pages: 44 });
  expect(tree.data?.["entries"]).toContainEqual({ path: "runbooks/", pages: 10 });
  expect(tree.text).toContain("runbooks/ · 10 pages");
  const outline = await speaker.call("browse_docs", { path: "runbooks/KubePodCrashLooping.md" });
  const sections = field<{ section: string; lines: string }[]>(outline, "entries");
  const impact = sections.find(({ section }) => section === "impact");
  expect(outline.text).toContain(`${impact?.lines} impact · ## Impact`);

  const recent = await speaker.call("list_recent", { days: 365, limit: 2 });
  expect(recent.isError, recent.text).toBe(false);
  const { changes, total, cursor } = recent.data as {
    changes: { path: string; change: string; date: string }[];
    total: number;
    cursor?: string;
  };
  expect(changes.length).toBe(2);
  expect(total).toBe(44);
  const rest = await speaker.call("list_recent", { days: 365, limit: 200, cursor });
  const paths = [...changes, ...field<typeof changes>(rest, "changes")].map(({ path }) => path);
  expect(new Set(paths).size).toBe(44);
}

async function reading(speaker: Speaker): Promise<void> {
  expect(await speaker.read("kb://doc/faq.md")).toContain("# Frequently asked questions");
  expect(
    await speaker.read("kb://doc/ja/%E3%83%87%E3%83%97%E3%83%AD%E3%82%A4%E6%89%8B%E9%A0%86.md"),
  ).toContain("# ");
  const settings = JSON.parse(await speaker.read("config://app/settings")) as object;
  expect(settings).toMatchObject({ version: "0.1.0", index: { pages: 44 } });
  const runbook = await speaker.read("docs://runbook/KubePodCrashLooping");
  expect(runbook).toContain("# KubePodCrashLooping");
  for (const name of [
    "kube%20pod%20crash%20looping",
    "kube-pod-crash-looping",
    "CrashLoopBackOff",
  ]) {
    expect(await speaker.read(`docs://runbook/${name}`)).toBe(runbook);
  }
}

async function prompting(speaker: Speaker): Promise<void> {
  const question = "How do I roll back?\nAnd who may?";
  const asked = await speaker.prompt("answer_from_kb", { question });
  expect(asked).toContain("> How do I roll back?\n> And who may?\n");
  expect(asked).toMatch(/search_docs.*get_doc.*the docs do not answer/su);
  const triage = await speaker.prompt("triage_incident", {
    alert: "kube pod crash looping",
    severity: "critical",
  });
  expect(triage).toContain('call get_doc {"path":"runbooks/KubePodCrashLooping.md"}');
  expect(await speaker.prompt("triage_incident", { alert: "Zork", severity: "info" })).toContain(
    'call search_docs {"query":"Zork"}',
  );
}

async function completing({ complete }: Speaker): Promise<void> {
  if (complete === undefined) return;
  const doc: Reference = { type: "ref/resource", uri: "kb://doc/{+path}" };
  const paths = await complete(doc, "path", "runbooks/kube");
  expect(paths).toEqual({
    values: ["runbooks/KubeNodeNotReady.md", "runbooks/KubePodCrashLooping.md"],
    total: 2,
    hasMore: false,
  });
  const runbook: Reference = { type: "ref/resource", uri: "docs://runbook/{incident_type}" };
  expect((await complete(runbook, "incident_type", "kube pod")).values).toEqual([
    "KubePodCrashLooping",
  ]);
  const triage: Reference = { type: "ref/prompt", name: "triage_incident" };
  expect((await complete(triage, "alert", "Ledger")).values).toContain("LedgerImbalance");
  expect((await complete(triage, "severity", "CRIT")).values).toEqual(["critical"]);
  expect((await complete(doc, "constructor", "x")).values).toEqual([]);
}

async function failing(speaker: Speaker): Promise<void> {
  const absent = await speaker.call("get_doc", { path: "runbooks/Nope.md" });
  expect(absent).toMatchObject({ isError: true });
  expect(absent.text).toMatch(/^NOT_FOUND: no page at "runbooks\/Nope.md"/u);
  for (const [name, args, says] of [
    ["search_docs", { query: "x", limit: 21 }, "limit must be an integer from 1 to 20 (got 21)"],
    ["browse_docs", { depth: 11 }, "depth must be an integer from 1 to 10 (got 11)"],
    ["list_recent", { days: 366 }, "days must be an integer from 1 to 365 (got 366)"],
    ["list_recent", { cursor: "abc" }, "the cursor is not one of this listing"],
    ["browse_docs", { cursor: "abc" }, "the cursor is not one of this listing"],
    [
      "browse_docs",
      { folder: "x" },
      'unknown argument "folder"; arguments are path, depth, cursor',
    ],
  ] as const) {
    const refused = await speaker.call(name, args);
    expect(refused.isError).toBe(true);
    expect(refused.text.split("\n")[0]).toBe(`INVALID_ARGUMENT: ${says}`);
  }
  for (const attempt of ["tool", "resource", "prompt", "argument"] as const) {
    expect(await speaker.codeOf(attempt), attempt).toBe(-32_602);
  }
}

/** A document without its header. */
const body = (result: ToolResult): string => result.text.slice(result.text.indexOf("\n\n"));
