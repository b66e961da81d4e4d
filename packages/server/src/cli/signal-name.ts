/** A signal of ranking as people read it: `near exact` for `nearExact`. */
export function signalName(name: string): string {
  return name.replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
}
