import {
  headersOf,
  type Host,
  jsonText,
  optionalHeaders,
  type SecretHeader,
  variableNotes,
} from "./host.ts";
import { shellLine } from "./quoting.ts";

const environmentReference = ({ variable }: SecretHeader): string => `\${env:${variable}}`;

/** Name of the question by which VS Code gets a secret. */
function inputId({ variable }: SecretHeader): string {
  return variable.toLowerCase().replaceAll("_", "-");
}

/**
 * Cursor: `mcpServers` in `mcp.json`, `${env:NAME}` in both kinds of server.
 * https://cursor.com/docs/context/mcp and https://cursor.com/docs/context/mcp/install-links
 */
export const cursor: Host = {
  name: "cursor",
  title: "Cursor",
  configure(name, entry) {
    const server =
      entry.kind === "stdio"
        ? { type: "stdio", command: entry.command, args: entry.args }
        : { url: entry.url, ...optionalHeaders(entry.headers, environmentReference) };
    const config = encodeURIComponent(Buffer.from(JSON.stringify(server)).toString("base64"));
    return {
      files: [
        { path: "~/.cursor/mcp.json", purpose: "for you, in every project" },
        { path: ".cursor/mcp.json", purpose: "in a project" },
      ],
      format: "json",
      text: jsonText({ mcpServers: { [name]: server } }),
      link: `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${config}`,
      notes: [
        ...variableNotes(headersOf(entry), "the environment that Cursor starts in"),
        "Cursor Settings > MCP shows whether the server is connected, and its tools.",
      ],
    };
  },
};

/**
 * VS Code: `servers` in `mcp.json`, each with a `type`; secrets are asked for through `inputs`.
 * https://code.visualstudio.com/docs/copilot/reference/mcp-configuration and
 * https://code.visualstudio.com/api/extension-guides/ai/mcp (links, `--add-mcp`)
 */
export const vscode: Host = {
  name: "vscode",
  title: "VS Code",
  configure(name, entry) {
    const inputs =
      entry.kind === "stdio"
        ? []
        : entry.headers.map((header) => ({
            type: "promptString",
            id: inputId(header),
            description: `Secret of the header ${header.name} for ${name}`,
            password: true,
          }));
    const server =
      entry.kind === "stdio"
        ? { type: "stdio", command: entry.command, args: entry.args }
        : {
            type: "http",
            url: entry.url,
            ...optionalHeaders(entry.headers, (header) => `\${input:${inputId(header)}}`),
          };
    const optionalInputs = inputs.length === 0 ? {} : { inputs };
    const whole = JSON.stringify({ name, ...optionalInputs, ...server });
    // VS Code decodes a link twice, so no percent sign of a path may be left in it.
    const linked = encodeURIComponent(whole.replaceAll("%", String.raw`\u0025`));
    return {
      files: [
        { path: ".vscode/mcp.json", purpose: "in a project" },
        {
          path: "~/Library/Application Support/Code/User/mcp.json",
          purpose: "for you, on macOS; `MCP: Open User Configuration` opens it",
        },
        { path: "~/.config/Code/User/mcp.json", purpose: "for you, on Linux" },
      ],
      format: "json",
      text: jsonText({ ...optionalInputs, servers: { [name]: server } }),
      command: shellLine(["code", "--add-mcp", whole]),
      link: `vscode:mcp/install?${linked}`,
      notes: [
        ...(inputs.length > 0 ? ["VS Code asks for the secret once and keeps it."] : []),
        "`MCP: List Servers` shows whether the server runs, and its output.",
      ],
    };
  },
};

/**
 * Windsurf: `mcpServers`, a remote one by `serverUrl`, `${env:NAME}` in both.
 * https://docs.windsurf.com/windsurf/cascade/mcp
 */
export const windsurf: Host = {
  name: "windsurf",
  title: "Windsurf",
  configure(name, entry) {
    const server =
      entry.kind === "stdio"
        ? { command: entry.command, args: entry.args }
        : { serverUrl: entry.url, ...optionalHeaders(entry.headers, environmentReference) };
    return {
      files: [{ path: "~/.codeium/windsurf/mcp_config.json", purpose: "for you" }],
      format: "json",
      text: jsonText({ mcpServers: { [name]: server } }),
      notes: [
        ...variableNotes(headersOf(entry), "the environment that Windsurf starts in"),
        "Press the refresh button of the MCP panel after the change.",
      ],
    };
  },
};

/**
 * Zed: `context_servers` in its settings; no reference to secrets.
 * https://zed.dev/docs/ai/mcp
 */
export const zed: Host = {
  name: "zed",
  title: "Zed",
  configure(name, entry) {
    const server =
      entry.kind === "stdio"
        ? { command: entry.command, args: entry.args, env: {} }
        : { url: entry.url, ...optionalHeaders(entry.headers, ({ secret }) => secret) };
    return {
      files: [
        { path: "~/.config/zed/settings.json", purpose: "for you; `zed: open settings` opens it" },
        { path: ".zed/settings.json", purpose: "in a project" },
      ],
      format: "json",
      text: jsonText({ context_servers: { [name]: server } }),
      notes: [
        "The settings file holds other keys: add this one to them.",
        ...(entry.kind === "http" && entry.headers.length > 0
          ? ["Zed has no reference to secrets: keep this file to yourself."]
          : []),
        "The settings of the Agent Panel show a green dot beside a server that runs.",
      ],
    };
  },
};
