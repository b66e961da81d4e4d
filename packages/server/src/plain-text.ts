/** Control characters that mean nothing in Markdown and something to a terminal or a host. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/gu;

/** Document text without NUL and the other control characters but tab and line ends. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, "");
}
