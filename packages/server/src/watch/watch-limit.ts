/** Why folders cannot be watched for now, in words for whoever runs the server. */
export class WatchLimitError extends Error {
  override readonly name = "WatchLimitError";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC:
    "the system lets this user watch no more folders; raise the sysctl fs.inotify.max_user_watches",
  EMFILE:
    "this user or process may open no more files or watchers; " +
    "raise the sysctl fs.inotify.max_user_instances or the limit of open files (ulimit -n)",
  ENFILE: "the system may open no more files; raise the sysctl fs.file-max",
  ENOMEM: "the system has no memory for another watched folder",
};

/** The limit that a failed watch ran into; `undefined` when it failed otherwise. */
export function limitOf(error: unknown): WatchLimitError | undefined {
  const reason = REASONS[codeOf(error) ?? ""];
  return reason === undefined ? undefined : new WatchLimitError(reason, { cause: error });
}

/** The system's name of an error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}
