#!/usr/bin/env node
import process from "node:process";

// Looked at before the rest is loaded: a host that dies meanwhile would not be missed later.
const parent = process.ppid;

const { main } = await import("../dist/lectern.js");

await main(process.argv.slice(2), parent);
