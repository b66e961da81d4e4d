import path from "node:path";

import { LecternError, openEngine } from "@lectern/native";

import { type Check, fail, ok, warn } from "./check.ts";

/** The Node that runs this, against what the package asks for. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isSupported = major === 20 ? minor >= 19 : major === 22 ? minor >= 12 : major > 22;
  if (isSupported) return ok("node", version);
  return fail("node", `${version} is not supported`, "install Node 20.19 or newer (of 22: 22.12)");
}

/** Whether the native addon loads; `scratch` is an empty folder of ours. */
export async function checkAddon(scratch: string): Promise<Check> {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const indexDir = path.join(scratch, "addon");
    const engine = await openEngine({ roots: [{ path: scratch }], indexDir });
    await engine.close();
    return ok("addon", `loads on ${platform}`);
  } catch (error) {
    const isOurs = LecternError.isInstance(error);
    const cause =
      isOurs && error.cause instanceof Error ? `: ${firstLine(error.cause.message)}` : "";
    const text = isOurs ? `${error.message}${cause}` : String(error);
    const next = (isOurs ? error.hint : undefined) ?? "run `npm run build` in the clone";
    return fail("addon", text, next, 5);
  }
}

/** How the command was started. */
export function checkLaunch(ownFile: string, env: NodeJS.ProcessEnv): Check {
  const isNpx = ownFile.includes(`${path.sep}_npx${path.sep}`) || env["npm_command"] === "exec";
  if (!isNpx) return ok("launch", ownFile);
  return warn(
    "launch",
    "runs under npx, which adds a second or more to every start and may ask the network",
    "let the host start node with the absolute path; `lectern print-config HOST` shows how",
  );
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
