// Every suite, and one closing line over all of them.
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { checks, runChecks } from "./check.mjs";
import { build, root, watch } from "./workspace.mjs";

const total = { passed: 0, failed: 0, skipped: 0 };
const troubles = [];

try {
  build();
  await rustSuite();
  for (const suite of nodeSuites()) await nodeSuite(suite);
  await checkSuite();
} catch (error) {
  fail("set-up", error.message);
}

for (const trouble of troubles) console.log(trouble);
if (total.passed + total.failed === 0) fail("all suites", "no test ran");
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

function fail(suite, reason) {
  total.failed += 1;
  troubles.push(`failed: ${suite}: ${reason}`);
}

/** Unit, integration, property and documentation tests of the crates. */
async function rustSuite() {
  const args = ["test", "--workspace", "--locked", "--no-fail-fast"];
  const { status, output } = await watch("cargo", args);
  let failed = 0;
  let summaries = 0;
  const summary = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gmu;
  for (const [, passed, failures, ignored] of output.matchAll(summary)) {
    total.passed += Number(passed);
    total.skipped += Number(ignored);
    failed += Number(failures);
    summaries += 1;
  }
  for (const [, name] of output.matchAll(/^test (\S+) \.\.\. ignored/gmu)) {
    troubles.push(`skipped: ${name} (ignored)`);
  }
  // The harness knows no test that finds out when it runs that it cannot be made: it passes them.
  for (const [line] of output.matchAll(/^skipped: \S+: .+$/gmu)) {
    total.passed -= 1;
    total.skipped += 1;
    troubles.push(line);
  }
  total.failed += failed;
  if (failed > 0) troubles.push(`failed: ${failed} rust tests`);
  if (summaries === 0) fail("cargo test", "no suite ran");
  else if (status !== 0 && failed === 0) fail("cargo test", `ended with ${status}`);
}

/** Packages that have tests, and the bench, whose generator has some. */
function nodeSuites() {
  return [...readdirSync(path.join(root, "packages")).map((name) => `packages/${name}`), "bench"]
    .map((folder) => path.join(root, folder))
    .filter((folder) => existsSync(path.join(folder, "vitest.config.ts")));
}

async function nodeSuite(folder) {
  const name = path.basename(folder);
  const report = path.join(folder, "vitest-report.json");
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const vitest = path.join(folder, "node_modules/.bin/vitest");
  const { status } = await watch(vitest, ["run", ...reporters], { cwd: folder });
  if (!existsSync(report)) {
    fail(name, `vitest ended with ${status} and no report`);
    return;
  }
  const { testResults, success } = JSON.parse(readFileSync(report, "utf8"));
  rmSync(report, { force: true });
  let failed = 0;
  for (const file of testResults) {
    for (const { status: outcome, fullName, meta } of file.assertionResults) {
      if (outcome === "passed") total.passed += 1;
      else if (outcome === "failed") {
        failed += 1;
        troubles.push(`failed: ${name}: ${fullName}`);
      } else {
        total.skipped += 1;
        troubles.push(`skipped: ${name}: ${fullName}${meta?.reason ? ` (${meta.reason})` : ""}`);
      }
    }
    // A file that does not load has no tests to fail.
    if (file.status === "failed" && file.assertionResults.length === 0) {
      failed += 1;
      troubles.push(`failed: ${name}: ${path.relative(folder, file.name)} does not load`);
    }
  }
  total.failed += failed;
  if (failed === 0 && (status !== 0 || !success)) fail(name, `vitest ended with ${status}`);
  if (testResults.length === 0) fail(name, "no test file ran");
}

async function checkSuite() {
  const failed = await runChecks();
  total.passed += checks.length - failed.length;
  for (const name of failed) fail("check", name);
}
