import process from "node:process";

import { ToolError } from "./tool-error.ts";

/** Bytes of the checksum at the start of a cursor: enough that none is met by accident. */
const CHECKSUM_BYTES = 8;

/**
 * An opaque cursor that continues the listing `scope` behind `key`. It says where to go on and not
 * how many came before, so it stays good while entries come and go; what makes the listing another
 * one (its arguments, the index it is of, the version of its order) belongs into `scope`.
 */
export function sealCursor(scope: string, key: string): string {
  return Buffer.concat([checksum(scope, key), Buffer.from(key, "utf8")]).toString("base64url");
}

/**
 * The key of a cursor of the listing `scope`. Nothing secret is behind the checksum: a forged key
 * would only start the listing elsewhere. It is there to tell a cursor that is none, or of another
 * listing, from one that is, instead of answering with the wrong entries.
 *
 * @throws {@link ToolError} `INVALID_ARGUMENT`.
 */
export function openCursor(scope: string, cursor: string): string {
  const bytes = Buffer.from(cursor, "base64url");
  const key = bytes.subarray(CHECKSUM_BYTES).toString("utf8");
  if (sealCursor(scope, key) === cursor) return key;
  throw new ToolError("INVALID_ARGUMENT", "the cursor is not one of this listing", {
    hint: "give a cursor as it was answered, with the same arguments, or start without one",
  });
}

function checksum(scope: string, key: string): Buffer {
  // Loaded by the first cursor: it would cost every start a twentieth, and most see no cursor.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("sha256")
    .update(JSON.stringify([scope, key]))
    .digest();
  return hash.subarray(0, CHECKSUM_BYTES);
}
