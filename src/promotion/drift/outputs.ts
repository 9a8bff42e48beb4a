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
  /** Greatest share of rows behind the gate in a day of the newest week. */
  readonly gatedDay: number;
  /** Share of a day that is an alarm. */
  readonly gatedLimit: number;
};

/**
 * What the newest week asks for: each further week of an alarm in the outputs is one step down. A day behind the gate and
 * features beyond their limits add up to one step; either alone is a note.
 */
export function driftAction({ features, outputs, gatedDay, gatedLimit }: DriftFindings): DriftAction {
  const newest = features.at(-1);
  if (newest === undefined) return "none";
  if (newest.broken.length > 0) return "close-only";
  const gated = gatedDay > gatedLimit;
  let weeks = 0;
  while (weeks < outputs.length && outputs[outputs.length - 1 - weeks].alarm) weeks++;
  if (weeks > 0) return DRIFT_ACTIONS[Math.min(DRIFT_ACTIONS.length - 1, 1 + weeks)];
  if (newest.alarm && gated) return "half";
  return newest.alarm || gated ? "note" : "none";
}
