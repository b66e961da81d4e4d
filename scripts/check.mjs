// Everything that can be checked without running the product. With `--list` names and commands only.
import process from "node:process";

import { build, watch } from "./workspace.mjs";

/** Checks by name, each a command that fails by its exit status. */
export const checks = [
  { name: "format", command: ["oxfmt", "--check", "."] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  {
    name: "types",
    command: ["turbo", "run", "typecheck", "--output-logs=errors-only", "--ui=stream"],
  },
  { name: "dead code", command: ["knip"] },
  { name: "spelling", command: ["cspell", "lint", "--no-progress", "--quiet", "--gitignore", "."] },
  { name: "rust format", command: ["cargo", "fmt", "--all", "--check"] },
  {
    name: "rust lint",
    command: [
      "cargo",
      "clippy",
      "--workspace",
      "--lib",
      "--tests",
      "--benches",
      "--locked",
      "--quiet",
      "--",
      "-D",
      "warnings",
    ],
  },
  {
    name: "rust docs",
    command: [
      "cargo",
      "doc",
      "--workspace",
      "--no-deps",
      "--locked",
      "--quiet",
      "--document-private-items",
    ],
    env: { RUSTDOCFLAGS: "-D warnings" },
  },
];

/** Runs every check; gives the names of those that failed. */
export async function runChecks() {
  const failed = [];
  for (const { name, command, env } of checks) {
    const [program, ...args] = command;
    console.log(`check: ${name}`);
    const { status } = await watch(program, args, { extraEnv: env });
    if (status !== 0) {
      console.log(`check failed: ${name}`);
      failed.push(name);
    }
  }
  return failed;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  build();
  const failed = await runChecks();
  console.log(
    failed.length === 0 ? `${checks.length} checks passed` : `failed: ${failed.join(", ")}`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
