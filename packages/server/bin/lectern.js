#!/usr/bin/env node
import process from "node:process";

// Looked at before the rest is loaded: a host that dies meanwhile would not be missed later.
const parent = process.ppid;

// Two whole programs: what a host starts holds no other command, and these hold no protocol.
const { main } = await (process.argv[2] === "serve"
  ? import("../dist/serve.js")
  : import("../dist/lectern.js"));

await main(process.argv.slice(2), parent);
