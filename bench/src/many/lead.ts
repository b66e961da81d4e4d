/** Who leads, by what the servers leave beside their index and by the kernel. Linux alone tells. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** The lead of the one index below a folder. */
export class LeadWatch {
  readonly #indexDir: string;

  constructor(indexDir: string) {
    this.#indexDir = indexDir;
  }

  /**
   * The process whose account says that it leads and that holds the lock of it. A process that took
   * the lock counts once its account is there; a dead one's account counts no more.
   */
  leader(): number | undefined {
    const file = this.#lockFiles().find((one) => path.basename(one) === "leader.lock");
    if (file === undefined) return undefined;
    const pid = accountOf(file);
    return pid !== undefined && holders(file).includes(pid) ? pid : undefined;
  }

  /** Files of the index that some process holds a lock on. */
  locked(): string[] {
    return this.#lockFiles().filter((file) => holders(file).length > 0);
  }

  #lockFiles(): string[] {
    if (!existsSync(this.#indexDir)) return [];
    const names = readdirSync(this.#indexDir, { recursive: true, encoding: "utf8" });
    return names
      .filter((name) => name.endsWith(".lock"))
      .map((name) => path.join(this.#indexDir, name));
  }
}

function accountOf(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { pid: number }).pid;
  } catch {
    // Just being written.
    return undefined;
  }
}

/** Processes that hold a lock on a file. */
function holders(file: string): number[] {
  const { ino } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return readFileSync("/proc/locks", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/u))
    .filter((fields) => fields[1] !== "->" && fields[5]?.split(":")[2] === String(ino))
    .map((fields) => Number(fields[4]));
}
