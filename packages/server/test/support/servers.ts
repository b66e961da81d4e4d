import { afterEach } from "vitest";

import { Docs } from "./docs.ts";
import { LEGACY_REVISIONS, RawHost, type StartOptions } from "./host.ts";

const hosts: RawHost[] = [];
const folders: Docs[] = [];

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  for (const folder of folders.splice(0)) folder.delete();
});

/** Pages that are gone after the test. */
export function docs(pages: Readonly<Record<string, string | Uint8Array>> = {}): Docs {
  const made = new Docs(pages);
  folders.push(made);
  return made;
}

/** A server over `root`, opened in the newest revision with a handshake; stopped after the test. */
export async function serve(
  root: string,
  index: string,
  options: StartOptions & { readonly revision?: string } = {},
): Promise<RawHost> {
  const host = start(["serve", root, "--index-dir", index], options);
  await host.open(options.revision ?? LEGACY_REVISIONS.at(-1) ?? "");
  return host;
}

/** A server as the arguments say, not opened yet; stopped after the test. */
export function start(args: readonly string[], options: StartOptions = {}): RawHost {
  const host = new RawHost(args, options);
  hosts.push(host);
  return host;
}
