import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import type { Docs } from "../support/docs.ts";
import { type Diagnosis, diagnosis, type DoctorOptions } from "../support/doctor.ts";
import { lectern } from "../support/run.ts";
import { docs } from "../support/servers.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const troubleshooting = readFileSync(
  fileURLToPath(new URL("../../../../docs/troubleshooting.md", import.meta.url)),
  "utf8",
);

/** A folder set up wrongly and how doctor is run over it. */
interface Case {
  readonly what: string;
  readonly pages?: Readonly<Record<string, string | Uint8Array>>;
  readonly prepare?: (folder: Docs) => void;
  readonly args?: (folder: Docs) => readonly string[];
  readonly options?: (folder: Docs) => DoctorOptions;
  /** Lines that it prints, as the documentation shows them. */
  readonly says: readonly string[];
  readonly status: number;
}

const page = { "a.md": "# Kafka\n\nlag\n" };

function git(folder: string, ...args: string[]): void {
  const who = ["-c", "user.name=x", "-c", "user.email=x@y", "-c", "commit.gpgsign=false"];
  const { status, stderr } = spawnSync("git", [...who, "-C", folder, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
}

const pulledClone = ({ base }: Docs): string[] => [path.join(base, "clone"), "--pull", "10m"];

/** A clone that is to be pulled, and what would keep it from that. */
function pullCases(): Case[] {
  const at = "origin/main every 10m, at commit 4f0c1d2e3a5b";
  const rows: readonly [string, (clone: string) => void, readonly string[]][] = [
    ["a clone that can be pulled", () => undefined, [`ok    pull clone        ${at}`]],
    [
      "a clone with local changes",
      (clone) => writeFileSync(path.join(clone, "a.md"), "# Mine\n"),
      [
        `warn  pull clone        ${at}, with local changes`,
        "      next: nothing, unless upstream changes the same files: a pull then leaves all as it is",
      ],
    ],
    [
      "a clone that is locked",
      (clone) => writeFileSync(path.join(clone, ".git/index.lock"), ""),
      [
        `warn  pull clone        ${at}: index.lock is there`,
        "      next: remove it when no git is at work there",
      ],
    ],
    [
      "a detached clone",
      (clone) => git(clone, "checkout", "-q", "--detach"),
      [
        "warn  pull clone        no branch is checked out: its HEAD is detached",
        "      next: try `git status` in the folder",
      ],
    ],
    [
      "a clone without an upstream",
      (clone) => git(clone, "branch", "-q", "--unset-upstream"),
      [
        "warn  pull clone        its branch has no upstream",
        "      next: follow the branch of a remote: `git branch --set-upstream-to`",
      ],
    ],
  ];
  const clones = rows.map(([what, lay, says]): Case => {
    const prepare = (folder: Docs): void => {
      const origin = path.join(folder.base, "origin");
      mkdirSync(origin);
      git(origin, "init", "-q", "-b", "main");
      writeFileSync(path.join(origin, "a.md"), "# A\n");
      git(origin, "add", "a.md");
      git(origin, "commit", "-q", "-m", "one");
      git(folder.base, "clone", "-q", `file://${origin}`, "clone");
      lay(path.join(folder.base, "clone"));
    };
    return { what, prepare, args: pulledClone, says, status: 0 };
  });
  const outside: Case = {
    what: "a root to be pulled that is no clone",
    args: ({ root }) => [root, "--pull", "10m"],
    says: [
      "warn  pull docs         in no git repository",
      "      next: make it a clone, or set no pull",
    ],
    status: 0,
  };
  return [...clones, outside];
}

const cases: Case[] = [
  {
    what: "nothing wrong",
    pages: { ...page, "b.mdx": "# B\n" },
    says: [
      "ok    node              20.20.2",
      "ok    launch            /Users/you/lectern/packages/server/bin/lectern.js",
      "ok    addon             loads on darwin-arm64",
      "ok    configuration     no file, roots from flag ROOT",
      "ok    root docs         /Users/you/docs: 2 pages (.md 1, .mdx 1)",
      "ok    git docs          no repository; pages go by the times of their files",
      "ok    index folder      /Users/you/index/6e05ce1ddfed77a2/v6, 71.0 GB free",
      "ok    index             not built yet; the first start builds it",
      "ok    skipped           nothing",
      "ok    upkeep            no server runs over this index",
      "ok    stdout            JSON-RPC only; initialize answered after 128 ms",
    ],
    status: 0,
  },
  {
    what: "no addon",
    options: () => ({ env: { NAPI_RS_NATIVE_LIBRARY_PATH: "/nowhere/lectern.node" } }),
    says: [
      "      next: reinstall the package with optional dependencies for this platform; in a clone run `npm run build`",
    ],
    status: 5,
  },
  {
    what: "npx",
    options: () => ({ env: { npm_command: "exec" } }),
    says: [
      "warn  launch            runs under npx, which adds a second or more to every start and may ask the network",
      "      next: let the host start node with the absolute path; `lectern print-config HOST` shows how",
    ],
    status: 0,
  },
  {
    what: "LECTERN_ROOTS with a wrong separator",
    prepare: (folder) => mkdirSync(path.join(folder.base, "notes")),
    args: () => [],
    options: ({ base }) => ({ env: { LECTERN_ROOTS: `${base}/docs,n=${base}/notes` } }),
    says: [
      'warn  LECTERN_ROOTS     is separated by ",", so it counts as one path',
      '      next: separate its folders by ":"',
      "fail  root notes        /Users/you/docs,n=/Users/you/notes does not exist",
      "      next: it holds a ',' or ';': name each folder by itself",
    ],
    status: 3,
  },
  {
    what: "a configuration that cannot be meant",
    prepare: (folder) =>
      writeFileSync(path.join(folder.base, "lectern.config.json"), '{"root": ["docs"]}'),
    says: [
      'fail  configuration     /Users/you/lectern.config.json: unknown key "root"; did you mean "roots"? valid keys are $schema, roots, indexDir, include, exclude, maxFileBytes, synonyms, runbooks, protocol, log, pull',
      "      next: `lectern config --help` says what is valid",
    ],
    status: 2,
  },
  {
    what: "a file of synonyms that cannot be meant",
    prepare: ({ base }) =>
      writeFileSync(path.join(base, "synonyms.txt"), "k8s, kubernetes\npto =>\n"),
    args: ({ root }) => [root, "--synonyms", "synonyms.txt"],
    says: [
      'fail  synonyms          /Users/you/synonyms.txt: the synonyms file, line 2: words are needed on both sides of "=>"',
      "      next: correct it: `a, b` stand for one another, `a => b` looks for b where a is asked",
    ],
    status: 2,
  },
  {
    what: "a file of synonyms that is not there",
    options: () => ({ env: { LECTERN_SYNONYMS: "gone.txt" } }),
    says: [
      "      next: correct it: `a, b` stand for one another, `a => b` looks for b where a is asked",
      "ok    stdout            JSON-RPC only; initialize answered after 128 ms",
    ],
    status: 2,
  },
  {
    what: "synonyms that can be used",
    prepare: ({ base }) => writeFileSync(path.join(base, "synonyms.txt"), "k8s, kubernetes\n"),
    args: ({ root }) => [root, "--synonyms", "synonyms.txt"],
    says: ["ok    synonyms          /Users/you/synonyms.txt"],
    status: 0,
  },
  {
    what: "a root inside another",
    args: ({ root }) => [root, path.join(root, "sub")],
    prepare: ({ root }) => mkdirSync(path.join(root, "sub")),
    says: [
      "fail  configuration     ROOT: roots[1]: lies inside roots[0] (/Users/you/docs/sub in /Users/you/docs); its pages would count twice, so name only one of them",
    ],
    status: 2,
  },
  {
    what: "a relative root in another working directory",
    args: () => ["handbook"],
    says: [
      "fail  root handbook     /Users/you/handbook does not exist",
      "      next: a relative path starts in the working directory, /Users/you; write an absolute one",
    ],
    status: 3,
  },
  {
    what: "an absolute root that is not there",
    args: ({ base }) => [path.join(base, "handbook")],
    says: [
      "fail  root handbook     /Users/you/handbook does not exist",
      "      next: correct the path",
    ],
    status: 3,
  },
  {
    what: "a glob that cannot be read",
    args: ({ root }) => [root, "--include", "["],
    says: [],
    status: 2,
  },
  {
    what: "a quoted path",
    args: ({ root }) => [`"${root}"`],
    says: [
      "      next: quotes are part of the path: a host passes arguments as they are, so leave them out",
    ],
    status: 3,
  },
  {
    what: "a tilde that nobody expands",
    args: () => ["~you/docs"],
    says: [
      "fail  root docs         /Users/you/~you/docs does not exist",
      '      next: "~you" was not expanded: write ~/ at the beginning, or the whole path',
    ],
    status: 3,
  },
  {
    what: "a root that is a file",
    args: ({ root }) => [path.join(root, "a.md")],
    says: [
      "fail  root a.md         /Users/you/docs/a.md is not a folder",
      "      next: name the folder that holds it",
    ],
    status: 3,
  },
  {
    what: "an empty root",
    pages: {},
    says: [
      "warn  root docs         /Users/you/docs: no pages",
      "      next: the folder is empty; name the folder that holds the pages",
    ],
    status: 0,
  },
  {
    what: "pages in hidden folders only",
    pages: { ".wiki/a.md": "# A\n", ".wiki/b.md": "# B\n" },
    says: [
      "      next: 2 pages below hidden folders, which are left out; name such a folder itself",
    ],
    status: 0,
  },
  {
    what: "files of another kind only",
    pages: { "a.rst": "A\n", "b.rst": "B\n", "c.txt": "C\n" },
    says: ['      next: it holds .rst files only (2); with --include "*.rst" they count as pages'],
    status: 0,
  },
  {
    what: "ignored pages only",
    pages: { "a.md": "# A\n", ".ignore": "*.md\n" },
    says: ["      next: 1 file would match: see what .gitignore, .ignore and `exclude` leave out"],
    status: 0,
  },
  {
    what: "skipped files",
    pages: { ...page, "b.md": Uint8Array.of(0, 1, 2, 0, 0), "c.md": Uint8Array.of(0, 1, 2, 0, 0) },
    prepare: ({ root }) => symlinkSync("/etc/hosts", path.join(root, "z.md")),
    says: [
      "warn  skipped           3 files: binary 2 (b.md), symlink 1 (z.md)",
      "      next: they hold no text; leave them out with --exclude",
    ],
    status: 0,
  },
  {
    what: "an index that is behind",
    prepare(folder) {
      lectern(["index", folder.root, "--index-dir", folder.index]);
      folder.write("new.md", "# New\n");
    },
    says: [
      "warn  index             format v6, generation 3, 1 page, 0.0 MB, updated just now, behind the files: 1 added, 0 changed, 0 removed",
      "      next: run `lectern index`; `serve` also catches up at its start",
    ],
    status: 0,
  },
  {
    what: "an index that is up to date",
    prepare: (folder) => void lectern(["index", folder.root, "--index-dir", folder.index]),
    says: [
      "ok    index             format v6, generation 3, 1 page, 0.0 MB, updated just now, up to the files",
    ],
    status: 0,
  },
  {
    what: "a damaged index",
    prepare(folder) {
      lectern(["index", folder.root, "--index-dir", folder.index]);
      const [hash = ""] = readdirSync(folder.index);
      writeFileSync(path.join(folder.index, hash, "v6/meta.json"), "{");
    },
    says: [
      "warn  index             is damaged",
      "      next: nothing to do: the next start moves it aside and builds it anew",
    ],
    status: 0,
  },
  {
    what: "a shallow clone",
    prepare(folder) {
      const origin = path.join(folder.base, "origin");
      mkdirSync(origin);
      git(origin, "init", "-q");
      for (const message of ["one", "two"])
        git(origin, "commit", "-q", "--allow-empty", "-m", message);
      git(folder.base, "clone", "-q", "--depth", "1", `file://${origin}`, "clone");
      writeFileSync(path.join(folder.base, "clone/a.md"), "# A\n");
    },
    args: ({ base }) => [path.join(base, "clone")],
    says: [
      "warn  git clone         the repository is shallow: its history ends early",
      "      next: run `git fetch --unshallow` for the whole history",
    ],
    status: 0,
  },
  ...pullCases(),
  {
    what: "no git",
    prepare: ({ root }) => git(root, "init", "-q"),
    options: () => ({ env: { PATH: "/nowhere" } }),
    says: [
      "warn  git docs          git is not installed",
      "      next: install git for the history of pages",
    ],
    status: 0,
  },
  {
    what: "something that prints to stdout",
    prepare: ({ base }) => writeFileSync(path.join(base, "noise.cjs"), "console.log('loaded')\n"),
    options: ({ base }) => ({ env: { NODE_OPTIONS: `--require ${base}/noise.cjs` } }),
    says: [
      'fail  stdout            holds what is no JSON-RPC: "loaded"',
      "      next: see what NODE_OPTIONS or a wrapper of node prints",
    ],
    status: 1,
  },
];

/** Lines are printed in this order, and the documentation shows each of them. */
function expectLines({ lines }: Diagnosis, says: readonly string[]): void {
  expect(lines.filter((line) => says.includes(line))).toEqual(says);
  for (const line of says) expect(troubleshooting).toContain(line);
}

describe("doctor", () => {
  it.each(cases)(
    "says what to do about $what",
    ({ pages = page, prepare, args, options, says, status }) => {
      const folder = docs(pages);
      prepare?.(folder);
      const found = diagnosis(folder, args?.(folder), options?.(folder));
      expectLines(found, says);
      expect(found.status).toBe(status);
    },
  );

  it.skipIf(!isRoot)("says what to do about rights that are missing", () => {
    const folder = docs(page);
    chmodSync(folder.base, 0o755);
    chmodSync(folder.root, 0o700);
    const unreadable = diagnosis(folder, [folder.root], { uid: NOBODY });
    expectLines(unreadable, ["fail  root docs         /Users/you/docs cannot be read"]);
    expect(unreadable.status).toBe(3);
    chmodSync(folder.root, 0o755);
    mkdirSync(folder.index, { mode: 0o755 });
    const unwritable = diagnosis(folder, [folder.root], { uid: NOBODY });
    expectLines(unwritable, [
      "fail  index folder      /Users/you/index/6e05ce1ddfed77a2/v6: /Users/you/index is not writable",
      "      next: name another folder with --index-dir or LECTERN_INDEX_DIR, or give it the right",
    ]);
    expect(unwritable.status).toBe(5);
  });

  it.skipIf(!isRoot)("says what to do about a repository of another user", () => {
    const folder = docs(page);
    chmodSync(folder.base, 0o755);
    git(folder.root, "init", "-q");
    const { lines } = diagnosis(folder, [folder.root], { uid: NOBODY, env: { HOME: "/nowhere" } });
    expectLines({ lines, status: 0 }, [
      "warn  git docs          the repository belongs to another user, so git refuses it",
      "      next: run `git config --global --add safe.directory /Users/you/docs` if you trust it",
    ]);
  });

  it("changes nothing under the roots, nor the index", () => {
    const folder = docs(page);
    lectern(["index", folder.root, "--index-dir", folder.index]);
    folder.write("new.md", "# New\n");
    const state = (): string[] =>
      readdirSync(folder.base, { recursive: true, encoding: "utf8" })
        .sort()
        .map((name) => `${name} ${statSync(path.join(folder.base, name)).mtimeMs}`);
    const before = state();
    diagnosis(folder);
    expect(state()).toEqual(before);
    const fresh = docs(page);
    diagnosis(fresh);
    expect(readdirSync(fresh.base)).toEqual(["docs"]);
  });

  it("answers programs", () => {
    const folder = docs(page);
    const ran = lectern(["doctor", "gone", "--index-dir", folder.index, "--json"], {
      cwd: folder.base,
    });
    const answer = JSON.parse(ran.stdout) as { ok: boolean; checks: { status: string }[] };
    expect(answer.ok).toBe(false);
    expect(answer.checks.find(({ status }) => status === "fail")).toEqual({
      name: "root gone",
      status: "fail",
      text: expect.stringContaining("does not exist"),
      next: expect.any(String),
      exitCode: 3,
    });
    expect(ran.status).toBe(3);
  });
});
