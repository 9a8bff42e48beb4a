/**
 * @file What drift leads to. What a model says is watched first: its outputs are few, and they are what matters. Features that move
 * alone are a note; a feed that stands still ends new positions at once.
 */
import type { DriftWeek } from "./calibration.ts";

/** From the mildest to the strictest. */
export const DRIFT_ACTIONS = ["none", "note", "half", "retrain", "challenger", "close-only"] as const;
export type DriftAction = (typeof DRIFT_ACTIONS)[number];

export type DriftFindings = {
  /** Of the features, newest last. */
  readonly features: ReadonlyArray<Pick<DriftWeek, "alarm" | "broken">>;
  /** Of the outputs, the same weeks. */
  readonly outputs: ReadonlyArray<Pick<DriftWeek, "alarm" | "broken">>;
  /** How good what it says is, the same weeks; empty where nothing could be measured. */
  readonly scores: ReadonlyArray<{ readonly alarm: boolean }>;
  /** Greatest share of rows behind the gate in a day of the newest week. */
  readonly gatedDay: number;
  /** Share of a day that is an alarm. */
  readonly gatedLimit: number;
};

/**
 * What the newest week asks for: each further week of an alarm in the outputs, or in how good they are, is one step down. A day behind the gate and
 * features beyond their limits add up to one step; either alone is a note.
 */
export function driftAction({ features, outputs, scores, gatedDay, gatedLimit }: DriftFindings): DriftAction {
  const newest = features.at(-1);
  if (newest === undefined) return "none";
  if (newest.broken.length > 0) return "close-only";
  const gated = gatedDay > gatedLimit;
  let weeks = 0;
  while (alarmed(outputs, weeks) || alarmed(scores, weeks)) weeks++;
  if (weeks > 0) return DRIFT_ACTIONS[Math.min(DRIFT_ACTIONS.length - 1, 1 + weeks)];
  if (newest.alarm && gated) return "half";
  return newest.alarm || gated ? "note" : "none";
}

/** @param back weeks before the newest */
function alarmed(weeks: ReadonlyArray<{ readonly alarm: boolean }>, back: number): boolean {
  return back < weeks.length && weeks[weeks.length - 1 - back].alarm;
}
