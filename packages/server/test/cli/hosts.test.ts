import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import path from "node:path";

import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse as parseToml } from "smol-toml";
import { describe, expect, it } from "vitest";

import { HOSTS } from "../../src/cli/hosts/hosts.ts";
import type { HostConfig } from "../../src/cli/hosts/host.ts";
import { bin, type Docs } from "../support/docs.ts";
import { lectern } from "../support/run.ts";
import { docs } from "../support/servers.ts";

interface Printed extends HostConfig {
  readonly host: string;
}

function printed(host: string, ...args: string[]): Printed {
  const ran = lectern(["print-config", host, "--json", ...args]);
  expect(ran.stderr).toBe("");
  return JSON.parse(ran.stdout) as Printed;
}

/** What the file would hold, by a real parser. */
function parsed({ format, text }: Printed): Record<string, unknown> {
  return (format === "toml" ? parseToml(text) : JSON.parse(text)) as Record<string, unknown>;
}

/** Words of a command line, as a shell splits them. */
function shellWords(line: string): string[] {
  const script = `for word in "$@"; do printf '%s\\0' "$word"; done`;
  const out = execFileSync("sh", ["-c", `set -- ${line}; ${script}`], { encoding: "utf8" });
  return out.split("\0").slice(0, -1);
}

const strings = { type: "array", items: { type: "string" } };
const header = { type: "object", additionalProperties: { type: "string" } };
const closed = (properties: object, required: string[] = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const stdio = { command: { type: "string" }, args: strings };
const named = (server: object) => closed({ lectern: server });

/** Shape of each file after the documentation of its host: of a local server, of a remote one. */
const SHAPES: Record<string, { local: object; remote?: object }> = {
  "claude-code": {
    local: closed({ mcpServers: named(closed({ type: { const: "stdio" }, ...stdio })) }),
    remote: closed({
      mcpServers: named(
        closed({ type: { const: "http" }, url: { type: "string" }, headers: header }),
      ),
    }),
  },
  "claude-desktop": { local: closed({ mcpServers: named(closed(stdio)) }) },
  cursor: {
    local: closed({ mcpServers: named(closed({ type: { const: "stdio" }, ...stdio })) }),
    remote: closed({ mcpServers: named(closed({ url: { type: "string" }, headers: header })) }),
  },
  vscode: {
    local: closed({ servers: named(closed({ type: { const: "stdio" }, ...stdio })) }),
    remote: closed({
      inputs: {
        type: "array",
        items: closed({
          type: { const: "promptString" },
          id: { type: "string" },
          description: { type: "string" },
          password: { const: true },
        }),
      },
      servers: named(closed({ type: { const: "http" }, url: { type: "string" }, headers: header })),
    }),
  },
  codex: {
    local: closed({ mcp_servers: named(closed(stdio)) }),
    remote: closed({
      mcp_servers: named(
        closed({
          url: { type: "string" },
          bearer_token_env_var: { const: "LECTERN_TOKEN" },
          env_http_headers: header,
        }),
      ),
    }),
  },
  windsurf: {
    local: closed({ mcpServers: named(closed(stdio)) }),
    remote: closed({
      mcpServers: named(closed({ serverUrl: { type: "string" }, headers: header })),
    }),
  },
  zed: {
    local: closed({ context_servers: named(closed({ ...stdio, env: { type: "object" } })) }),
    remote: closed({
      context_servers: named(closed({ url: { type: "string" }, headers: header })),
    }),
  },
  openclaw: {
    local: closed({ mcp: closed({ servers: named(closed(stdio)) }) }),
    remote: closed({
      mcp: closed({
        servers: named(
          closed({
            url: { type: "string" },
            transport: { const: "streamable-http" },
            headers: header,
          }),
        ),
      }),
    }),
  },
  generic: {
    local: closed({ mcpServers: named(closed(stdio)) }),
    remote: closed({
      mcpServers: named(
        closed({ type: { const: "http" }, url: { type: "string" }, headers: header }),
      ),
    }),
  },
};

function expectShape(value: unknown, shape: object | undefined): void {
  const ajv = new Ajv2020();
  expect(ajv.validate(shape ?? false, value), JSON.stringify(ajv.errors)).toBe(true);
}

/** The server's own entry, wherever it stands. */
function entryOf(value: unknown): Record<string, unknown> {
  const record = value as Record<string, unknown>;
  if (record["lectern"] !== undefined) return record["lectern"] as Record<string, unknown>;
  const below = Object.values(record).find(
    (part) => typeof part === "object" && !Array.isArray(part),
  );
  return entryOf(below);
}

/** A folder whose name has all that breaks quoting. */
function oddFolder(): { folder: Docs; root: string } {
  const odd = `it's "odd" $HOME \`x\` 100% ü 日本 back\\slash {a},b`;
  const folder = docs({ [`${odd}/page.md`]: "# Page\n\nodd text\n" });
  return { folder, root: path.join(folder.root, odd) };
}

const ENTRIES = HOSTS.map(({ name }) => name);
const REMOTE = ENTRIES.filter((name) => SHAPES[name]?.remote !== undefined);
const SECRET = "s3cret-value";
const remoteFlags = [
  "--url",
  "https://kb.example.com/mcp",
  "--header",
  `Authorization: Bearer ${SECRET}`,
  "--header",
  "X-Team: blue",
];

describe("print-config", () => {
  it("knows each host's shape", () => {
    expect(Object.keys(SHAPES)).toEqual(ENTRIES);
  });

  it.each(ENTRIES)("%s: a server that really starts, from a folder of any name", async (host) => {
    const { folder, root } = oddFolder();
    const config = printed(host, root, "--index-dir", folder.index, "--exclude", "a b/**");
    const value = parsed(config);
    expectShape(value, SHAPES[host]?.local);
    const { command, args } = entryOf(value) as { command: string; args: string[] };
    expect(path.isAbsolute(command)).toBe(true);
    expect(args).toEqual([
      realpathSync(bin),
      "serve",
      root,
      "--no-config",
      "--index-dir",
      folder.index,
      "--exclude",
      "a b/**",
    ]);
    const client = new Client({ name: "test", version: "1" });
    await client.connect(new StdioClientTransport({ command, args, cwd: "/", stderr: "ignore" }));
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toContain("search_docs");
    const found = await client.callTool({ name: "search_docs", arguments: { query: "odd text" } });
    expect(JSON.stringify(found)).toContain("page.md");
    await client.close();
  });

  it.each(REMOTE)("%s: a server at an address", (host) => {
    const config = printed(host, ...remoteFlags);
    const value = parsed(config);
    expectShape(value, SHAPES[host]?.remote);
    const keepsSecret = host !== "zed" && host !== "generic";
    expect(JSON.stringify(config).includes(SECRET)).toBe(!keepsSecret);
    const { headers } = entryOf(value) as { headers?: Record<string, string> };
    const references: Record<string, string | undefined> = {
      "claude-code": "Bearer ${LECTERN_TOKEN}",
      cursor: "Bearer ${env:LECTERN_TOKEN}",
      vscode: "Bearer ${input:lectern-token}",
      codex: undefined,
      windsurf: "Bearer ${env:LECTERN_TOKEN}",
      zed: `Bearer ${SECRET}`,
      openclaw: "Bearer ${LECTERN_TOKEN}",
      generic: `Bearer ${SECRET}`,
    };
    expect(headers?.["Authorization"]).toBe(references[host]);
  });

  it("codex: tells variables of headers that are no bearer token", () => {
    expect(parsed(printed("codex", ...remoteFlags))).toMatchObject({
      mcp_servers: { lectern: { env_http_headers: { "X-Team": "LECTERN_X_TEAM" } } },
    });
  });

  it("links hold the same as the file", () => {
    const { root } = oddFolder();
    for (const flags of [[root], remoteFlags]) {
      const cursor = printed("cursor", ...flags);
      const link = new URL(cursor.link ?? "");
      expect(`${link.protocol}//${link.host}${link.pathname}`).toBe(
        "cursor://anysphere.cursor-deeplink/mcp/install",
      );
      expect(link.searchParams.get("name")).toBe("lectern");
      const config = Buffer.from(link.searchParams.get("config") ?? "", "base64").toString();
      expect(JSON.parse(config)).toEqual(entryOf(parsed(cursor)));

      const vscode = printed("vscode", ...flags);
      expect(vscode.link).toMatch(/^vscode:mcp\/install\?/u);
      // Decoded twice, as VS Code does.
      const query = decodeURIComponent(new URL(vscode.link ?? "").search.slice(1));
      const { name, inputs, ...server } = JSON.parse(decodeURIComponent(query)) as {
        name: string;
        inputs?: unknown;
      };
      expect(name).toBe("lectern");
      expect(server).toEqual(entryOf(parsed(vscode)));
      expect(inputs).toEqual((parsed(vscode) as { inputs?: unknown }).inputs);
    }
  });

  it("commands hold the same as the file, as a shell reads them", () => {
    const { root } = oddFolder();
    const command = (host: string) => shellWords(printed(host, root).command ?? "");
    const started = (host: string): string[] => {
      const { command: node, args } = entryOf(parsed(printed(host, root)));
      return [node as string, ...(args as string[])];
    };
    expect(command("claude-code")).toEqual(
      ["claude", "mcp", "add", "--scope", "user", "lectern", "--"].concat(started("claude-code")),
    );
    expect(command("codex")).toEqual(
      ["codex", "mcp", "add", "lectern", "--"].concat(started("codex")),
    );
    const code = command("vscode");
    expect(code.slice(0, 2)).toEqual(["code", "--add-mcp"]);
    expect(JSON.parse(code[2] ?? "")).toEqual({
      name: "lectern",
      ...entryOf(parsed(printed("vscode", root))),
    });
    const openclaw = command("openclaw");
    expect(openclaw.slice(0, 4)).toEqual(["openclaw", "mcp", "set", "lectern"]);
    expect(JSON.parse(openclaw[4] ?? "")).toEqual(entryOf(parsed(printed("openclaw", root))));
    expect(shellWords(printed("claude-code", ...remoteFlags).command ?? "").slice(3)).toEqual([
      "--scope",
      "project",
      "--transport",
      "http",
      "lectern",
      "https://kb.example.com/mcp",
      "--header",
      "Authorization: Bearer ${LECTERN_TOKEN}",
      "--header",
      "X-Team: ${LECTERN_X_TEAM}",
    ]);
  });

  it("leaves to a configuration file what it sets", () => {
    const folder = docs({ "lectern.config.json": '{ "roots": ["pages"], "log": "info" }' });
    const config = path.join(folder.root, "lectern.config.json");
    const { text } = printed("generic", "--config", config, "--protocol", "legacy");
    const { args } = entryOf(JSON.parse(text)) as { args: string[] };
    expect(args.slice(1)).toEqual(["serve", "--config", config, "--protocol", "legacy"]);
  });

  it("escapes what OpenClaw would take for a reference", () => {
    const { text } = printed("openclaw", "/x/${HOME}/y");
    expect((entryOf(JSON.parse(text)) as { args: string[] }).args).toContain("/x/$${HOME}/y");
  });

  it.each([
    [["nope"], /'nope' is invalid for argument 'host'. Allowed choices are claude-code/u],
    [["claude-desktop", "--url", "https://x.y"], /takes no remote server; add the address/u],
    [["zed", "--url", "x.y"], /--url: must be an http or https address \(got "x.y"\)/u],
    [["zed", "--header", "A: b"], /--header: is for --url only/u],
    [["zed", "--url", "https://x.y", "--header", SECRET], /--header: must be 'Name: value'\n$/u],
    [["zed", "--name", "a b"], /--name: must be letters/u],
  ])("refuses %j", (args, message) => {
    const ran = lectern(["print-config", ...args]);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toContain(SECRET);
  });

  it("tells of a root that is not there", () => {
    const { root } = oddFolder();
    expect(printed("zed", root, "/nowhere/pages").notes.at(-1)).toBe(
      "The folder /nowhere/pages does not exist.",
    );
    expect(printed("zed", root).notes.join(" ")).not.toContain("does not exist");
  });

  it("tells people file, command, link and what to do next", () => {
    const { stdout } = lectern(["print-config", "vscode", "/x"]);
    for (const part of ["File for VS Code", ".vscode/mcp.json", "Or the command", "Or the link"]) {
      expect(stdout).toContain(part);
    }
  });
});
