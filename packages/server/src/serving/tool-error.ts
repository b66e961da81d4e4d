/** Stable codes of failures that a caller is told. */
export type ToolErrorCode =
  | "INVALID_ARGUMENT"
  | "NOT_FOUND"
  | "LIMIT_EXCEEDED"
  | "INDEX_NOT_READY"
  | "INDEX_BUSY"
  | "INDEX_CORRUPT"
  | "IO"
  | "TIMEOUT"
  | "CANCELLED"
  | "CLOSED"
  | "INTERNAL";

/** What a {@link ToolError} may carry beside code and message. */
export interface ToolErrorOptions {
  /** The next step for the caller. */
  readonly hint?: string | undefined;
  /** For the log; never shown. */
  readonly cause?: unknown;
}

/**
 * A failure that the caller is to read and act on. Throw it from a tool: it becomes a result with
 * `isError` and the text `CODE: message (hint)`. Message and hint are shown to a model: lower case,
 * no machine path, no document text.
 */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: ToolErrorCode;
  readonly hint: string | undefined;

  constructor(code: ToolErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  /** What the caller reads. */
  get text(): string {
    const hint = this.hint === undefined ? "" : `\nhint: ${this.hint}`;
    return `${this.code}: ${this.message}${hint}`;
  }
}
