// Builds the addon with its loader and types into `generated/`.
import { NapiCli } from "@napi-rs/cli";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sourceHash } from "./source-hash.mjs";

const at = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const generated = at("../generated");

// A failed build must leave nothing behind that could be taken for its result.
rmSync(generated, { recursive: true, force: true });
process.env.LECTERN_SOURCE_HASH = sourceHash();
const { task } = await new NapiCli().build({
  cwd: at("../"),
  manifestPath: at("../../../crates/lectern-node/Cargo.toml"),
  packageJsonPath: "package.json",
  outputDir: "generated",
  jsBinding: "index.js",
  dts: "index.d.ts",
  format: "esm",
  platform: true,
  constEnum: false,
  profile: process.env.LECTERN_PROFILE ?? "release",
});
await task;
