import { chmodSync, existsSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { findGit } from "../src/git/git.ts";
import { brief, GitFolder, historyOf, now, pagesBelow, scratch } from "./support/git-folder.ts";

describe("git", () => {
  it("that is not installed leaves mtimes, with a note", async () => {
    const docs = new GitFolder();
    docs.write("a.md", "# A\n", 2).commit(50);
    const history = historyOf(docs.folder, { env: { PATH: scratch() } });
    const seen = await history.recent({ days: 30, pages: pagesBelow(docs.folder), now });
    expect(brief(seen)).toEqual(["~changed a.md"]);
    expect(seen.notes).toEqual(["git is not installed: dates are file times"]);
    expect(history.modified("a.md")).toEqual({ source: "mtime" });
    expect(history.status()[0]).toMatchObject({ source: "mtime", reason: "git is not installed" });
  });

  it("is not looked for in folders that depend on where one stands", async () => {
    const folder = scratch();
    writeFileSync(path.join(folder, "git"), "#!/bin/sh\n");
    chmodSync(path.join(folder, "git"), 0o755);
    const here = path.relative(process.cwd(), folder);
    expect(await findGit({ PATH: `.:${here}:` })).toBe("git is not installed");
  });

  it.runIf(existsSync("/usr/bin/git") && process.platform === "linux")(
    "of a Mac without the command line tools is not started",
    async () => {
      expect(await findGit({ PATH: "/usr/bin" }, "darwin")).toBe("git is not installed");
      expect(await findGit({ PATH: "/usr/bin" }, "linux")).toMatchObject({
        program: "/usr/bin/git",
      });
    },
  );

  it.each([
    ["git version 2.30.9", "git is older than 2.31"],
    ["git version 1.8", "git is older than 2.31"],
    ["nonsense", "git is older than 2.31"],
  ])("that says %j is refused", async (version, reason) => {
    const folder = scratch();
    writeFileSync(path.join(folder, "git"), `#!/bin/sh\necho ${version}\n`);
    chmodSync(path.join(folder, "git"), 0o755);
    expect(await findGit({ PATH: folder })).toBe(reason);
  });
});
