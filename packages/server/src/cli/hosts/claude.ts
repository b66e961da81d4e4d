import { ConfigError } from "../../config/config-error.ts";
import {
  headersOf,
  type Host,
  jsonText,
  optionalHeaders,
  type SecretHeader,
  variableNotes,
} from "./host.ts";
import { shellLine } from "./quoting.ts";

const reference = ({ variable }: SecretHeader): string => `\${${variable}}`;

/**
 * Claude Code: `mcpServers` in `.mcp.json`, `type` `stdio` or `http`, `${VAR}` expanded in both.
 * https://code.claude.com/docs/en/mcp
 */
export const claudeCode: Host = {
  name: "claude-code",
  title: "Claude Code",
  configure(name, entry) {
    const isLocal = entry.kind === "stdio";
    const server = isLocal
      ? { type: "stdio", command: entry.command, args: entry.args }
      : { type: "http", url: entry.url, ...optionalHeaders(entry.headers, reference) };
    // The name and what follows it stand before `--header`, which takes all words behind it.
    const words = isLocal
      ? ["--scope", "user", name, "--", entry.command, ...entry.args]
      : [
          "--scope",
          "project",
          "--transport",
          "http",
          name,
          entry.url,
          ...entry.headers.flatMap((header) => [
            "--header",
            `${header.name}: ${header.prefix}${reference(header)}`,
          ]),
        ];
    return {
      files: [{ path: ".mcp.json", purpose: "in a project, for all who work on it" }],
      format: "json",
      text: jsonText({ mcpServers: { [name]: server } }),
      command: shellLine(["claude", "mcp", "add", ...words]),
      notes: [
        isLocal
          ? "The command adds it for you in every project; its paths are of this machine."
          : "The command writes .mcp.json of the project, where ${VAR} is expanded.",
        ...variableNotes(headersOf(entry), "the environment that Claude Code starts in"),
        "/mcp in a session shows whether the server is connected.",
      ],
    };
  },
};

/**
 * Claude Desktop: `mcpServers` in its own file, local servers only.
 * https://modelcontextprotocol.io/docs/develop/connect-local-servers and
 * https://support.claude.com/en/articles/11503834-building-custom-integrations-via-remote-mcp-servers
 */
export const claudeDesktop: Host = {
  name: "claude-desktop",
  title: "Claude Desktop",
  configure(name, entry) {
    if (entry.kind === "http") {
      throw new ConfigError(
        "claude-desktop: its file takes no remote server; add the address under Customize > " +
          "Connectors in the app",
      );
    }
    return {
      files: [
        {
          path: "~/Library/Application Support/Claude/claude_desktop_config.json",
          purpose: "macOS; Settings > Developer > Edit Config opens it",
        },
      ],
      format: "json",
      text: jsonText({ mcpServers: { [name]: { command: entry.command, args: entry.args } } }),
      notes: ["Quit Claude Desktop and start it again: it reads the file at its start."],
    };
  },
};
