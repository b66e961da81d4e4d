const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a time such as `30s`, `10m` or `1h`; `undefined` for `off`. */
export function durationMs(time: string): number | undefined {
  const unit = UNITS[time.slice(-1)];
  return unit === undefined ? undefined : Number(time.slice(0, -1)) * unit;
}
