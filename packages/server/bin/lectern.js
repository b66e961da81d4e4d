#!/usr/bin/env node
import { main } from "../dist/lectern.js";

await main(process.argv.slice(2));
