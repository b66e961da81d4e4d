import { spawnSync } from "node:child_process";

import { bin } from "./docs.ts";

/** Whether a pseudo terminal can be had here. */
export const hasTerminal: boolean = spawnSync("python3", ["-c", "import pty"]).status === 0;

// Both streams of the child on one pseudo terminal of 80 columns; all that it wrote goes to stdout.
const SCRIPT = `
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
while True:
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Everything that a command writes to a terminal. */
export function onTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const { FORCE_COLOR: _, NO_COLOR: __, ...own } = process.env;
  const { stdout } = spawnSync("python3", ["-c", SCRIPT, process.execPath, bin, ...args], {
    encoding: "utf8",
    env: { ...own, TERM: "xterm-256color", ...env },
  });
  return stdout;
}
