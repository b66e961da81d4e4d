/** Why a clone is left as it is. */
export class PullError extends Error {
  /** What git said, for the operator alone: it may hold machine paths. */
  readonly detail: string | undefined;

  /** @param reason In words without a machine path. */
  constructor(reason: string, detail?: string) {
    super(reason);
    this.name = "PullError";
    this.detail = detail === undefined ? undefined : withoutSecrets(detail.trim());
  }
}

/** What git says, without the names and passwords that stand in addresses. */
function withoutSecrets(text: string): string {
  return text.replace(/:\/\/[^/@\s]*@/gu, "://");
}
