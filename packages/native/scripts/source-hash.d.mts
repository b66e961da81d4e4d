/** Hash of everything the addon is built from: 16 hex digits. */
export function sourceHash(): string;
