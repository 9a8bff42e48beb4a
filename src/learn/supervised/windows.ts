/**
 * @file Windows of a rolling walk-forward. Bars are stamped by their open; a decision at bar `s` is made at its close,
 * enters at the next open and leaves `labelBars` bars later, so that its label is known at `s + (1 + labelBars) bar`. A row
 * trains a window only if its label is known when the test begins.
 */
import { checkWhole, configValueError } from "../../core/index.ts";

export type WindowSettings = {
  readonly barMs: number;
  readonly labelBars: number;
  readonly trainMs: number;
  readonly testMs: number;
  /** Bars left out between training and test beyond the label's own. */
  readonly embargoBars: number;
  /** The training begins where the first one began. */
  readonly anchored: boolean;
};

export type TrainingWindow = {
  readonly index: number;
  readonly trainFromMs: number;
  /** Open time behind the last row that may train. */
  readonly trainToMs: number;
  readonly testFromMs: number;
  readonly testToMs: number;
};

const DAY_MS = 86_400_000;

/** Four weeks, then one. */
export const WINDOW_DEFAULTS = { trainMs: 28 * DAY_MS, testMs: 7 * DAY_MS, embargoBars: 0, anchored: false } as const;

/** Whole windows inside `[fromMs, toMs)`, oldest first. Throws CONFIG_VALUE. */
export function rollingWindows(fromMs: number, toMs: number, settings: WindowSettings): TrainingWindow[] {
  const { barMs, labelBars, trainMs, testMs, embargoBars, anchored } = settings;
  checkWhole("labelBars", labelBars, 0, 1_000_000);
  checkWhole("embargoBars", embargoBars, 0, 1_000_000);
  if (!(trainMs > 0 && trainMs % barMs === 0)) throw configValueError("trainMs", trainMs, "whole bars, at least one");
  if (!(testMs > 0 && testMs % barMs === 0)) throw configValueError("testMs", testMs, "whole bars, at least one");
  const windows: TrainingWindow[] = [];
  for (let begin = fromMs; begin + trainMs + testMs <= toMs; begin += testMs) {
    const testFromMs = begin + trainMs;
    windows.push({
      index: windows.length,
      trainFromMs: anchored ? fromMs : begin,
      trainToMs: testFromMs - (labelBars + embargoBars) * barMs,
      testFromMs,
      testToMs: testFromMs + testMs,
    });
  }
  return windows;
}
