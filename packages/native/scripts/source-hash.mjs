// The hash of everything the addon is built from. It is compiled into the addon, and tests refuse
// an addon whose hash is not that of the sources beside it.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const workspace = fileURLToPath(new URL("../../../", import.meta.url));

/** Files of the Rust side, relative to the workspace, sorted. Tests and benches are not in the addon. */
function sources() {
  const crates = readdirSync(path.join(workspace, "crates"), { recursive: true, encoding: "utf8" })
    .map((file) => `crates/${file.split(path.sep).join("/")}`)
    .filter((file) => /^crates\/[^/]+\/(src\/.*\.rs|build\.rs|Cargo\.toml)$/u.test(file));
  return [...crates, "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"].sort();
}

/** First 16 hex digits of the SHA-256 over names and contents. */
export function sourceHash() {
  const hash = createHash("sha256");
  for (const file of sources()) {
    const content = readFileSync(path.join(workspace, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}
