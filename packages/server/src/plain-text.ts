/** Control characters that mean nothing in Markdown and something to a terminal or a host. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/gu;

/** What could end a line or hide in it. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const LINE_BREAKERS = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/gu;

/** Document text without NUL and the other control characters but tab and line ends. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, "");
}

/**
 * A name on one line: a file may be called what looks like a line of our own. What could break the
 * line is shown as JSON would; any other name stays as it is.
 */
export function oneLine(name: string): string {
  return name.replace(LINE_BREAKERS, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
