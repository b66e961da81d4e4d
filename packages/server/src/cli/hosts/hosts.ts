import { codex, generic, openclaw } from "./agents.ts";
import { claudeCode, claudeDesktop } from "./claude.ts";
import { cursor, vscode, windsurf, zed } from "./editors.ts";
import type { Host } from "./host.ts";

/** Hosts whose configuration can be printed. */
export const HOSTS: readonly Host[] = [
  claudeCode,
  claudeDesktop,
  cursor,
  vscode,
  codex,
  windsurf,
  zed,
  openclaw,
  generic,
];
