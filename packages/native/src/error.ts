import type { BindingFailure } from "../generated/index.js";

/** Stable codes, spelled alike in both languages. */
export type ErrorCode =
  | "INVALID_ARGUMENT"
  | "NOT_FOUND"
  | "LIMIT_EXCEEDED"
  | "INDEX_NOT_READY"
  | "INDEX_BUSY"
  | "INDEX_CORRUPT"
  | "IO"
  | "CANCELLED"
  | "CLOSED"
  | "INTERNAL";

/**
 * Who can do something about an error: the caller with another call, anybody with the same call
 * later, the operator of disk and installation, or the authors.
 */
export type ErrorClass = "caller" | "busy" | "storage" | "bug";

/** Survives two copies of this package in one process, which `instanceof` does not. */
const brand: symbol = Symbol.for("lectern.error");

/** What {@link LecternError} is made of. */
export interface LecternErrorOptions {
  readonly code: ErrorCode;
  readonly errorClass: ErrorClass;
  readonly message: string;
  /** The next step. */
  readonly hint?: string | undefined;
  /** `nearest`: names near one that was not found; `root`: name of a root that cannot be used. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/**
 * Every error of this package. `message` and `hint` hold no machine path and no document text; the
 * `cause` may hold paths and is for logs.
 */
export class LecternError extends Error {
  override readonly name = "LecternError";
  readonly code: ErrorCode;
  readonly errorClass: ErrorClass;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;

  constructor(options: LecternErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = options.code;
    this.errorClass = options.errorClass;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.details !== undefined) this.details = options.details;
  }

  /** Whether `error` is one of these, from whichever copy of the package. */
  static isInstance(error: unknown): error is LecternError {
    return typeof error === "object" && error !== null && brand in error;
  }
}

/** Throws the error that a failed call of the addon stands for; gives any other value back. */
export function unwrap<T extends object>(outcome: T | BindingFailure): T {
  if (!("failure" in outcome)) return outcome;
  throw new LecternError({
    code: outcome.code as ErrorCode,
    errorClass: outcome.class as ErrorClass,
    message: outcome.message,
    hint: outcome.hint,
    details: details(outcome),
    cause: outcome.causes.length === 0 ? undefined : new Error(outcome.causes.join(": ")),
  });
}

function details({ nearest, root }: BindingFailure): Readonly<Record<string, unknown>> | undefined {
  if (nearest === undefined && root === undefined) return undefined;
  return { ...(nearest && { nearest }), ...(root !== undefined && { root }) };
}
