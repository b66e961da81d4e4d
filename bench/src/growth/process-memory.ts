/** Memory of a process as Linux tells it; other systems have no such figures. */
import { readFileSync } from "node:fs";

/** Bytes; a member is absent where the system does not tell it. */
export interface ProcessMemory {
  /** Resident and of no file: what a mapped index does not count to. */
  readonly anonymous?: number;
  /** Most that was ever resident, mapped files included. */
  readonly peakResident?: number;
}

/** Memory of a running process. Empty for a process that is gone and where there is no `/proc`. */
export function processMemory(pid: number): ProcessMemory {
  try {
    return parseStatus(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ESRCH") return {};
    throw error;
  }
}

/** Reads the text of `/proc/PID/status`. A process that has ended and waits to be collected has no memory. */
export function parseStatus(status: string): ProcessMemory {
  const bytes = (name: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "mu").exec(status)?.[1];
    return found === undefined ? undefined : Number(found) * 1024;
  };
  const anonymous = bytes("RssAnon");
  const peakResident = bytes("VmHWM");
  return {
    ...(anonymous !== undefined && { anonymous }),
    ...(peakResident !== undefined && { peakResident }),
  };
}
