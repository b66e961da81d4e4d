import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { Argument, type Command } from "commander";

import { ConfigError } from "../config/config-error.ts";
import type { LoadedSettings } from "../config/settings.ts";
import { describe } from "./help.ts";
import { HOSTS } from "./hosts/hosts.ts";
import type { HostConfig, SecretHeader, ServerEntry } from "./hosts/host.ts";
import { addServeFlags, collect, commandSettings, type ServeFlags } from "./options.ts";
import { serveArguments } from "./serve-arguments.ts";
import { bold, dim, print, printJson } from "./terminal.ts";

interface Flags extends ServeFlags {
  readonly name: string;
  readonly url?: string;
  readonly header?: readonly string[];
  readonly json?: boolean;
}

/** Registers `lectern print-config`. */
export function addPrintConfigCommand(lectern: Command): void {
  const names = HOSTS.map((host) => host.name);
  const command = addServeFlags(lectern.command("print-config"))
    .description("show what to put into the configuration of a host")
    .addArgument(new Argument("<host>", "which host").choices(names))
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .optionsGroup("Server:")
    .option("--name <name>", "name of the server in the host", "lectern")
    .option("--url <url>", "a server at an address, in place of one to start")
    .option(
      "--header <header>",
      "header with a secret for --url, 'Name: value'; repeatable",
      collect,
    )
    .optionsGroup("Output:")
    .option("--json", "print it for programs")
    .action(async (host: string, roots: string[], flags: Flags) => {
      await printConfigCommand(host, roots, flags);
    });
  describe(command, {
    about:
      "Prints; writes nothing. Paths are absolute, so the host may start the server from anywhere.\n" +
      "Secrets of headers are left out where the host can refer to a variable or ask for them.",
    examples: [
      ["lectern print-config claude-code ~/handbook", "for Claude Code"],
      ["lectern print-config vscode docs=~/handbook notes=~/notes", "two roots, for VS Code"],
      ["lectern print-config cursor ~/handbook --json | jq -r .link", "the link that installs it"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2],
  });
}

async function printConfigCommand(
  hostName: string,
  roots: readonly string[],
  flags: Flags,
): Promise<void> {
  const host = HOSTS.find(({ name }) => name === hostName);
  if (host === undefined) throw new ConfigError(`HOST: unknown host ${JSON.stringify(hostName)}`);
  if (!/^[\w-]+$/u.test(flags.name)) {
    throw new ConfigError(
      `--name: must be letters, digits, '_' and '-' (got ${JSON.stringify(flags.name)})`,
    );
  }
  const entry = await serverEntry(roots, flags);
  const configured = host.configure(flags.name, entry);
  const config = { ...configured, notes: [...configured.notes, ...ownNotes(entry)] };
  if (flags.json === true) printJson({ host: host.name, ...config });
  else print(human(host.title, config));
}

async function serverEntry(roots: readonly string[], flags: Flags): Promise<ServerEntry> {
  const { url, header = [] } = flags;
  if (url !== undefined)
    return { kind: "http", url: checkedUrl(url), headers: header.map(secretOf) };
  if (header.length > 0) throw new ConfigError("--header: is for --url only");
  const loaded: LoadedSettings = await commandSettings(flags, roots);
  const args = [ownFile(), ...serveArguments(loaded)];
  const missing = loaded.settings.roots
    .map((root) => root.path)
    .filter((root) => !existsSync(root));
  return { kind: "stdio", command: stableNode(), args, missing };
}

/** What may keep this very server from starting. */
function ownNotes(entry: ServerEntry): string[] {
  if (entry.kind === "http") return [];
  const { missing } = entry;
  const notes = missing.map((folder) => `The folder ${folder} does not exist.`);
  if (ownFile().includes(`${path.sep}_npx${path.sep}`)) {
    notes.push(
      "This runs from the cache of npx, which may be emptied: use an installation that stays.",
    );
  }
  return notes;
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ["http:", "https:"].includes(url.protocol)) return url.href;
  throw new ConfigError(`--url: must be an http or https address (got ${JSON.stringify(text)})`);
}

/** A header in its parts; messages repeat none of it, since it holds a secret. */
function secretOf(text: string): SecretHeader {
  const match = /^([!#$%&'*+.^_`|~\w-]+):\s*((?:Bearer |Basic )?)(\S.*)$/u.exec(text);
  const [, name = "", prefix = "", secret = ""] = match ?? [];
  if (match === null) throw new ConfigError("--header: must be 'Name: value'");
  const isToken = name.toLowerCase() === "authorization";
  const variable = isToken ? "TOKEN" : name.toUpperCase().replace(/[^A-Z0-9]+/gu, "_");
  return { name, prefix, secret, variable: `LECTERN_${variable}` };
}

/**
 * The running Node by a path that outlives an update: Homebrew's and the system's links stay when
 * the folder with the version in its name goes.
 */
function stableNode(): string {
  const links = ["/opt/homebrew/bin/node", "/usr/local/bin/node", "/usr/bin/node"];
  const running = realpathSync(process.execPath);
  return links.find((link) => existsSync(link) && realpathSync(link) === running) ?? running;
}

/** The file that was started, links resolved. */
function ownFile(): string {
  return realpathSync(process.argv[1] ?? "");
}

function human(title: string, config: HostConfig): string {
  const { files, text, command, link, notes } = config;
  const blocks = [
    files.length === 0
      ? bold(`Configuration for ${title}`)
      : `${bold(`File for ${title}`)}\n${files.map((file) => `  ${file.path}  ${dim(file.purpose)}`).join("\n")}`,
    text.trimEnd(),
  ];
  if (command !== undefined) blocks.push(`${bold("Or the command")}\n  ${command}`);
  if (link !== undefined) blocks.push(`${bold("Or the link")}\n  ${link}`);
  blocks.push(notes.map((note) => `- ${note}`).join("\n"));
  return blocks.join("\n\n");
}
