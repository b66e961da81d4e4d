#!/usr/bin/env node
import module from "node:module";

// A sixth of the start on Node 22.8 and later; the others do without.
module.enableCompileCache?.();

const { main } = await import("../dist/lectern.js");

await main(process.argv.slice(2));
