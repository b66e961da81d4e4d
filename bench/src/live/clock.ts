/** One clock for several processes. */

/** Milliseconds since 1970 that never go back while a process lives. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * How far {@link clock} is ahead of the monotonic clock that all processes of a Linux share, in
 * milliseconds. Where two processes differ in it, somebody set the time between their starts, and
 * their moments cannot be compared.
 */
export function clockLead(): number {
  return clock() - Number(process.hrtime.bigint()) / 1e6;
}
