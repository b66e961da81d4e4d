import { LecternError } from "@lectern/native";

import { ToolError } from "./serving/tool-error.ts";

/** The error that a caller is told for one of the core's; anything else is passed through. */
export function toToolError(error: unknown): unknown {
  if (!LecternError.isInstance(error)) return error;
  // Errors of the caller need no log; the others keep what is behind them for it.
  const cause = error.errorClass === "caller" ? undefined : error;
  return new ToolError(error.code, error.message, { hint: error.hint, cause });
}
