import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { HOSTS } from "../../src/cli/hosts/hosts.ts";
import { lectern } from "../support/run.ts";
import { docs } from "../support/servers.ts";

const COMMANDS = ["serve", "index", "search", "get", "print-config", "config", "doctor", "stats"];
const HOST_NAMES = HOSTS.map(({ name }) => name);
const LOG_LEVELS = ["debug", "error", "info", "silent", "warn"];

/** A folder with a file and a folder whose name holds a blank. */
function place(): string {
  const { base } = docs();
  mkdirSync(path.join(base, "my docs"));
  writeFileSync(path.join(base, "c.yaml"), "");
  return base;
}

/** Runs a shell over a script; throws when it fails or complains. */
function shell(program: string, args: readonly string[], cwd: string): string[] {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: "utf8", cwd });
  if (status !== 0 || stderr !== "") throw new Error(`${program}: ${status} ${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

/** Each shell completes the last word of a command line in a folder. */
type Complete = (words: readonly string[], cwd: string) => string[];

const shells: Record<string, Complete> = {
  bash(words, cwd) {
    const script = lectern(["completion", "bash"]).stdout;
    const line = words.map((word) => `'${word}'`).join(" ");
    const run = `COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _lectern`;
    return shell("bash", ["-c", `${script}\n${run}; printf '%s\\n' "\${COMPREPLY[@]}"`], cwd);
  },
  fish(words, cwd) {
    const script = lectern(["completion", "fish"]).stdout;
    const line = words.join(" ");
    const lines = shell("fish", ["-N", "-c", `${script}\ncomplete -C '${line}'`], cwd);
    return lines.map((found) => (found.split("\t")[0] ?? "").replace(/\/$/u, ""));
  },
  // zsh completes only in its line editor: keys are typed into one on a pseudo terminal.
  zsh(words, cwd) {
    const script = lectern(["completion", "zsh"]).stdout;
    rmSync(path.join(cwd, "found"), { force: true });
    writeFileSync(path.join(cwd, ".zshrc"), ZSHRC);
    writeFileSync(path.join(cwd, "_lectern"), script);
    const typed = `${words.join(" ")}\t`;
    const { stdout } = spawnSync("zsh", ["-f", "-c", ZPTY, "zsh", typed], {
      encoding: "utf8",
      cwd,
      env: { ...process.env, ZDOTDIR: cwd, HOME: cwd },
    });
    const shown = /<<<([\s\S]*?)>>>/u.exec(stdout)?.[1] ?? "";
    // A match may be added in two groups.
    return [...new Set(shown.split(/\r?\n/u))].filter((line) => line !== "").sort();
  },
};

/** Every match is written between marks in place of being shown. */
const ZSHRC = `
autoload -Uz compinit && compinit -u -D
source ./_lectern
compadd () {
  local -a found
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  builtin compadd -A found "$@"
  builtin compadd "$@"
  print -rl -- $found >> $HOME/found
}
done-now () { print -r -- '<<<'; cat $HOME/found 2>/dev/null; print -r -- '>>>'; exit }
finish () { zle complete-word; done-now }
zle -C complete-word complete-word _main_complete
zle -N finish
bindkey '^I' finish
PS1='%% '
`;
const ZPTY = `
zmodload zsh/zpty
zpty -b z zsh -i
sleep 1
zpty -w -n z "$1"
for i in {1..200}; do
  while zpty -r z part; do printf '%s' "$part"; [[ $part == *'>>>'* ]] && exit; done
  sleep 0.1
done
`;

for (const [name, complete] of Object.entries(shells)) {
  describe.skipIf(!isInstalled(name))(`completion in ${name} (where it is installed)`, () => {
    it("offers commands", () => {
      const offered = complete(["lectern", ""], place());
      expect(offered).toEqual(expect.arrayContaining(COMMANDS));
      expect(complete(["lectern", "se"], place())).toEqual(["search", "serve"]);
    });

    it("offers the flags of a command", () => {
      const offered = complete(["lectern", "search", "--l"], place());
      expect(offered).toEqual(["--limit"]);
      expect(complete(["lectern", "print-config", "--he"], place())).toEqual([
        "--header",
        "--help",
      ]);
    });

    it("offers the values of a flag and of an argument", () => {
      expect(complete(["lectern", "serve", "--log", ""], place())).toEqual(LOG_LEVELS);
      expect(complete(["lectern", "eval", "--anchors", ""], place())).toEqual([
        "half",
        "off",
        "on",
      ]);
      const hosts = complete(["lectern", "print-config", "c"], place());
      expect(hosts).toEqual(HOST_NAMES.filter((host) => host.startsWith("c")).sort());
    });

    it("offers folders and files", () => {
      const cwd = place();
      expect(complete(["lectern", "index", "--root", "my"], cwd).map(plain)).toEqual(["my docs"]);
      expect(complete(["lectern", "index", "my"], cwd).map(plain)).toEqual(["my docs"]);
      for (const flag of ["--config", "--synonyms"]) {
        expect(complete(["lectern", "index", flag, "c"], cwd).map(plain)).toEqual(["c.yaml"]);
      }
    });
  });
}

/** A name as it stands on disk. */
function plain(name: string): string {
  return name.replaceAll("\\", "").replace(/\/$/u, "");
}

it("refuses a shell it does not know", () => {
  const ran = lectern(["completion", "tcsh"]);
  expect(ran).toMatchObject({ status: 2, stdout: "" });
  expect(ran.stderr).toContain("Allowed choices are bash, zsh, fish");
});
