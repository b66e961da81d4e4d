import process from "node:process";

import type { SyncProgress } from "@lectern/native";

/** Time between two drawings in milliseconds: fast enough to look alive, too slow to flicker. */
const REDRAW_MS = 80;
/** Cells of the bar. */
const BAR_WIDTH = 24;
/** Carriage return, and after the text: erase what an older, longer line left. */
const [LINE_START, ERASE_REST] = ["\r", "\u001B[K"];

/** Where a sync or a run of questions stands. */
type Progress = Omit<SyncProgress, "stage"> & { readonly stage: SyncProgress["stage"] | "asking" };

/** Shows how far something is. */
export interface ProgressBar {
  show(progress: Progress): void;
  /** Takes the bar off the screen. */
  clear(): void;
}

/** A progress bar on stderr when somebody is looking; nothing otherwise. */
export function progressBar(): ProgressBar {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, clear: () => undefined };
  let stage: Progress["stage"] | undefined;
  let stageStart = 0;
  let lastDrawn = -Infinity;
  return {
    show(progress) {
      const now = performance.now();
      const isNewStage = progress.stage !== stage;
      if (isNewStage) {
        stage = progress.stage;
        stageStart = now;
      }
      if (!isNewStage && now - lastDrawn < REDRAW_MS) return;
      lastDrawn = now;
      const line = progressText(progress, now - stageStart);
      // One write a drawing: the cursor is never seen between erasing and writing.
      stderr.write(`${LINE_START}${line.slice(0, (stderr.columns || 80) - 1)}${ERASE_REST}`);
    },
    clear() {
      stderr.write(`${LINE_START}${ERASE_REST}`);
    },
  };
}

/** One line: stage, bar, count, files a second. */
export function progressText({ stage, done, total }: Progress, elapsedMs: number): string {
  const name = stage.padEnd("committing".length);
  if (total === 0) return done > 0 ? `${name} ${grouped(done)}` : name.trimEnd();
  const cells = Math.round((Math.min(done, total) / total) * BAR_WIDTH);
  const bar = "█".repeat(cells) + "░".repeat(BAR_WIDTH - cells);
  const rate = done > 0 && elapsedMs > 0 ? ` ${grouped((done / elapsedMs) * 1000)}/s` : "";
  return `${name} ${bar} ${grouped(done)}/${grouped(total)}${rate}`;
}

function grouped(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}
