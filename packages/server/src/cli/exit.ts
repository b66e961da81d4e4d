import { LecternError } from "@lectern/native";

import { ConfigError } from "../config/config-error.ts";
import { InputError } from "../eval/input-error.ts";

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** Something failed that should not. */
  failure: 1,
  /** The command line, the environment or the configuration file is wrong. */
  usage: 2,
  /** A root does not exist, is no folder or cannot be read. */
  root: 3,
  /** No hit, no such page or section. */
  notFound: 4,
  /** The index is busy, not built or cannot be stored; the addon cannot be loaded. */
  storage: 5,
  /** `verify` found what differs from the files or is damaged. */
  differs: 6,
  /** `eval` missed a threshold. */
  missed: 7,
  /** `pull` left a clone as it is. */
  notPulled: 8,
} as const;

/** The exit code for an error and the lines that explain it on stderr. */
export function explainError(error: unknown): { readonly code: number; readonly lines: string[] } {
  if (error instanceof ConfigError || error instanceof InputError) {
    return { code: EXIT.usage, lines: [`error: ${error.message}`] };
  }
  if (!LecternError.isInstance(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: EXIT.failure, lines: [`error: ${text}`] };
  }
  const hint = error.hint === undefined ? [] : [`hint: ${error.hint}`];
  return { code: exitCode(error), lines: [`error: ${error.message}`, ...hint, ...causes(error)] };
}

function exitCode(error: LecternError): number {
  if (error.code === "NOT_FOUND") return EXIT.notFound;
  if (error.code === "INVALID_ARGUMENT") {
    return error.details?.["root"] !== undefined ? EXIT.root : EXIT.usage;
  }
  if (error.code === "LIMIT_EXCEEDED") return EXIT.usage;
  return error.errorClass === "bug" ? EXIT.failure : EXIT.storage;
}

/** What is behind an error; on the operator's own terminal paths are welcome. */
function causes(error: LecternError): string[] {
  return error.cause instanceof Error ? [`cause: ${error.cause.message}`] : [];
}
