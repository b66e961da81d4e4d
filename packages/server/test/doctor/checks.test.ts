import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { networkMount } from "../../src/doctor/file-system.ts";
import { ago } from "../../src/doctor/index-state.ts";
import { checkNode } from "../../src/doctor/installation.ts";

const troubleshooting = readFileSync(
  fileURLToPath(new URL("../../../../docs/troubleshooting.md", import.meta.url)),
  "utf8",
);

describe("single checks", () => {
  it("know which Node is supported", () => {
    for (const version of ["20.19.0", "22.12.0", "24.0.0"]) {
      expect(checkNode(version).status, version).toBe("ok");
    }
    for (const version of ["18.20.0", "20.18.3", "21.7.0", "22.11.0"]) {
      expect(checkNode(version), version).toMatchObject({
        text: `${version} is not supported`,
        next: "install Node 20.19 or newer (of 22: 22.12)",
      });
    }
    expect(troubleshooting).toContain("      next: install Node 20.19 or newer (of 22: 22.12)");
  });

  it("know network disks of macOS by the list of mounts", () => {
    const mounts = [
      "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)",
      "//you@nas/home on /Volumes/home (smbfs, nodev, nosuid, mounted by you)",
      "nas:/x on /Volumes/home/local disk (nfs, asynchronous)",
      "/dev/disk4 on /Volumes/home2 (apfs, local)",
    ].join("\n");
    expect(networkMount(mounts, "/Users/you/Library/Caches")).toBeUndefined();
    expect(networkMount(mounts, "/Volumes/home/index")).toBe("smbfs");
    expect(networkMount(mounts, "/Volumes/home/local disk/i")).toBe("nfs");
    expect(networkMount(mounts, "/Volumes/home2/i")).toBeUndefined();
    expect(networkMount("", "/")).toBeUndefined();
  });

  it("tell ages in the largest unit", () => {
    const now = Date.UTC(2026, 0, 10);
    const age = (seconds: number): string => ago(new Date(now - seconds * 1000), now);
    expect([0, 59, 60, 7200, 86_400 * 3].map(age)).toEqual([
      "just now",
      "just now",
      "1 minute ago",
      "2 hours ago",
      "3 days ago",
    ]);
  });
});
