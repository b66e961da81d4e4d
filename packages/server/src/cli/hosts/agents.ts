import {
  headerFields,
  headersOf,
  type Host,
  jsonText,
  optionalHeaders,
  type SecretHeader,
  variableNotes,
} from "./host.ts";
import { shellLine, tomlTable } from "./quoting.ts";

/**
 * Codex: a table `mcp_servers.<name>`; a bearer token and other headers by the names of environment
 * variables. https://developers.openai.com/codex/mcp and
 * https://github.com/openai/codex/blob/main/codex-rs/config/src/mcp_types.rs
 */
export const codex: Host = {
  name: "codex",
  title: "Codex",
  configure(name, entry) {
    const bearer = bearerOf(headersOf(entry));
    // The variable holds the whole value of these: there is no text around a reference.
    const others = headersOf(entry)
      .filter((header) => header !== bearer)
      .map((header) => ({ ...header, prefix: "" }));
    const where = "the environment that Codex starts in";
    const fields =
      entry.kind === "stdio"
        ? { command: entry.command, args: entry.args }
        : {
            url: entry.url,
            ...(bearer && { bearer_token_env_var: bearer.variable }),
            ...(others.length > 0 && {
              env_http_headers: headerFields(others, ({ variable }) => variable),
            }),
          };
    const words =
      entry.kind === "stdio"
        ? [name, "--", entry.command, ...entry.args]
        : [
            name,
            "--url",
            entry.url,
            ...(bearer ? ["--bearer-token-env-var", bearer.variable] : []),
          ];
    return {
      files: [
        { path: "~/.codex/config.toml", purpose: "for you" },
        { path: ".codex/config.toml", purpose: "in a project that is trusted" },
      ],
      format: "toml",
      text: tomlTable(["mcp_servers", name], fields),
      // The command has no flag for other headers.
      ...(others.length === 0 && { command: shellLine(["codex", "mcp", "add", ...words]) }),
      notes: [
        ...variableNotes(bearer ? [bearer] : [], where),
        ...others.map(
          ({ name: header, variable }) =>
            `Set ${variable} in ${where} to the whole value of the header ${header}.`,
        ),
        "`codex mcp list` shows the server; /mcp in a session shows its tools.",
      ],
    };
  },
};

function bearerOf(headers: readonly SecretHeader[]): SecretHeader | undefined {
  return headers.find(
    ({ name, prefix }) => name.toLowerCase() === "authorization" && prefix === "Bearer ",
  );
}

/**
 * OpenClaw: `mcp.servers`, a remote one with a `transport`; `${VAR}` in any text of the file.
 * https://docs.openclaw.ai/cli/mcp and
 * https://docs.openclaw.ai/gateway/configuration/environment-variables
 */
export const openclaw: Host = {
  name: "openclaw",
  title: "OpenClaw",
  configure(name, entry) {
    const server =
      entry.kind === "stdio"
        ? { command: literal(entry.command), args: entry.args.map(literal) }
        : {
            url: entry.url,
            transport: "streamable-http",
            ...optionalHeaders(entry.headers, ({ variable }) => `\${${variable}}`),
          };
    return {
      files: [{ path: "~/.openclaw/openclaw.json", purpose: "of the gateway" }],
      format: "json",
      text: jsonText({ mcp: { servers: { [name]: server } } }),
      command: shellLine(["openclaw", "mcp", "set", name, JSON.stringify(server)]),
      notes: [
        "The file holds other keys: add this one to them, or use the command.",
        ...variableNotes(headersOf(entry), "the environment of the gateway, or ~/.openclaw/.env"),
        `\`openclaw mcp doctor ${name} --probe\` starts the server and lists its tools.`,
      ],
    };
  },
};

/** A text that OpenClaw would take for a reference, escaped. */
function literal(text: string): string {
  return text.replaceAll(/\$(?=\{[A-Z_][A-Z0-9_]*\})/gu, "$$$$");
}

/** Any other host: the form most of them read, after Claude Desktop. */
export const generic: Host = {
  name: "generic",
  title: "any other host",
  configure(name, entry) {
    const server =
      entry.kind === "stdio"
        ? { command: entry.command, args: entry.args }
        : {
            type: "http",
            url: entry.url,
            ...optionalHeaders(entry.headers, ({ secret }) => secret),
          };
    return {
      files: [],
      format: "json",
      text: jsonText({ mcpServers: { [name]: server } }),
      notes: [
        "Where the file lies and what its top key is called is up to the host.",
        ...(entry.kind === "http" && entry.headers.length > 0
          ? ["The file holds a secret: use the host's reference to one if it has any."]
          : []),
      ],
    };
  },
};
