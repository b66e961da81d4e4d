#!/usr/bin/env node
import process from "node:process";
import { setFlagsFromString } from "node:v8";

// Keeps the young generation of the heap at its first size. A server lives as long as its host's
// window and allocates little at a time: a larger one costs a tenth of its resident memory.
setFlagsFromString("--semi-space-growth-factor=1");

// Looked at before the rest is loaded: a host that dies meanwhile would not be missed later.
const parent = process.ppid;

const { main } = await import("../dist/lectern.js");

await main(process.argv.slice(2), parent);
