// What every command of the workspace starts with: pnpm and the packages, inside the clone.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import process from "node:process";

export const root = fileURLToPath(new URL("..", import.meta.url));

const PNPM_VERSION = "12.21.0";
const tools = path.join(root, ".tools");
const pnpmBin = path.join(tools, "node_modules", ".bin", "pnpm");

/** What a build starts by itself, and where it comes from. */
const needed = [
  ["cargo", "rustup brings it (https://rustup.rs)"],
  // Of the addon's allocator, which is compiled on Linux alone.
  ...(process.platform === "linux" ? [["make", "it comes with build-essential"]] : []),
];

/** Environment of everything that runs here. */
export const environment = {
  ...process.env,
  // turbo hashes neither the system nor the processor an addon was built for.
  LECTERN_PLATFORM: `${process.platform}-${process.arch}-${process.versions.modules}`,
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  PATH: [
    path.join(root, "node_modules", ".bin"),
    path.join(tools, "node_modules", ".bin"),
    process.env.PATH,
  ].join(path.delimiter),
};

/** Runs a command to its end with its output shown; throws when it fails. */
export function run(command, args, options = {}) {
  const { status, error, signal } = spawnSync(command, args, {
    cwd: root,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
    ...options,
  });
  if (error) throw new Error(`${command} cannot be started: ${error.message}`);
  if (status !== 0) {
    throw new Error(`${command} ${args.join(" ")} ended with ${status ?? signal}`);
  }
}

/** Runs a command with its output shown as it comes, and gives exit status and output. */
export function watch(command, args, { extraEnv, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...environment, ...extraEnv },
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
    });
    let output = "";
    for (const [stream, shown] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        output += text;
        shown.write(text);
      });
    }
    child.on("error", (error) => resolve({ status: 127, output: `${output}${error.message}\n` }));
    child.on("close", (status) => resolve({ status: status ?? 1, output }));
  });
}

/** Installs pnpm and the packages when the lockfile asks for other ones than are there. */
export function install() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22)) {
    throw new Error(`node ${process.versions.node} is too old: 20.19 or newer is needed`);
  }
  for (const [tool, hint] of needed) {
    if (spawnSync(tool, ["--version"]).error) throw new Error(`${tool} is not installed: ${hint}`);
  }
  // Inside node_modules, so that whoever deletes that folder gets it back.
  const stampFile = path.join(root, "node_modules", ".lectern-installed");
  const wanted = stamp();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  mkdirSync(tools, { recursive: true });
  writeFileSync(path.join(tools, "package.json"), '{"private":true}\n');
  const npm = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  const cache = ["--cache", path.join(tools, "npm-cache")];
  run("npm", [...npm, ...cache, "--loglevel=error", `pnpm@${PNPM_VERSION}`], { cwd: tools });
  // pnpm's own set-up puts the binary that came with it in the place of a shell script, which turbo
  // cannot start. Scripts are off above because this is the only one that is wanted.
  run(process.execPath, [path.join(tools, "node_modules/pnpm/install.js")], { cwd: tools });
  const store = [
    "--store-dir",
    path.join(tools, "store"),
    `--config.cache-dir=${path.join(tools, "pnpm-cache")}`,
    `--config.state-dir=${path.join(tools, "pnpm-state")}`,
  ];
  run(pnpmBin, ["install", "--frozen-lockfile", "--reporter=append-only", ...store]);
  writeFileSync(stampFile, wanted);
}

/** Builds the addon and the packages; what is up to date is left alone. */
export function build() {
  install();
  const isQuiet = ["--output-logs=errors-only", "--ui=stream"];
  run("turbo", ["run", "build", ...isQuiet]);
}

function stamp() {
  const hash = createHash("sha256").update(process.version).update(PNPM_VERSION);
  const manifests = ["packages", "."].flatMap((folder) =>
    folder === "."
      ? ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "bench/package.json"]
      : readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  );
  for (const file of manifests) {
    const manifest = path.join(root, file);
    if (existsSync(manifest)) hash.update(file).update(readFileSync(manifest));
  }
  return hash.digest("hex");
}
