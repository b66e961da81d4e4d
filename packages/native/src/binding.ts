import type * as Binding from "../generated/index.js";

import { LecternError } from "./error.ts";

let loaded: Promise<typeof Binding> | undefined;

/**
 * Loads the addon, once a process.
 *
 * @throws {@link LecternError} `IO` when there is no addon for this platform or it cannot be loaded.
 */
export function loadBinding(): Promise<typeof Binding> {
  loaded ??= import("../generated/index.js").catch((error: unknown) => {
    throw new LecternError({
      code: "IO",
      errorClass: "storage",
      message: `the native addon for ${process.platform}-${process.arch} cannot be loaded`,
      hint:
        "reinstall the package with optional dependencies for this platform; " +
        "in a clone run `npm run build`",
      cause: error,
    });
  });
  return loaded;
}
