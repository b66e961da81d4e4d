/**
 * `npm run bench -- [--only PARTS] [--corpus FOLDER] ...` measures;
 * `npm run bench -- generate --pages N --out FOLDER` writes a corpus;
 * `npm run bench -- describe --corpus FOLDER` prints what a corpus is like.
 */
import { generate } from "./generate/command.ts";
import { measure } from "./measure.ts";
import { describeCommand } from "./statistics-command.ts";

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  generate,
  describe: describeCommand,
};

const [name = "", ...rest] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
await (command === undefined ? measure(process.argv.slice(2)) : command(rest));
