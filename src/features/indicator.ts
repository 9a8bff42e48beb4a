/** @file What every indicator promises, and the helpers that keep the promise. */
import { TidemarkError } from "../core/index.ts";
import type { Bar } from "./bar.ts";

/**
 * A streaming state: fed every finished bar once, in order; its outputs are public number fields. The batch form of an
 * indicator is this state run over an array. Before it has settled its outputs are finite and neutral.
 */
export type Indicator = {
  /**
   * Bars before the first final output: outputs of bar `index >= warmup` don't depend on where the stream began
   * (exactly for finite windows, to 1e-6 of their scale for recursive averages).
   */
  readonly warmup: number;
  update(bar: Bar): void;
};

/** An indicator whose parameters are numbers, so that equal ones can be shared by name and parameters. */
export type IndicatorClass<T extends Indicator> = new (...params: number[]) => T;

const MAX_PERIOD = 5_000;

/** Refuses a period that is not a whole number of bars in [min, 5000]. */
export function requirePeriod(what: string, value: number, min = 1): number {
  if (Number.isInteger(value) && value >= min && value <= MAX_PERIOD) return value;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `${what} is ${value} bars`,
    where: "features",
    fix: `Write a whole number from ${min} to ${MAX_PERIOD}.`,
  });
}

/** Refuses a parameter outside [min, max]. */
export function requireRange(what: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `${what} is ${value}`,
    where: "features",
    fix: `Write a number from ${min} to ${max}.`,
  });
}

/** Weight that the start of a recursive average may still have once it counts as settled. */
const RESIDUAL_WEIGHT = 1e-7;

/** Bars until a recursive average with weight `alpha` on the newest value has forgotten its start. */
export function settleBars(alpha: number): number {
  return alpha >= 1 ? 0 : Math.ceil(Math.log(RESIDUAL_WEIGHT) / Math.log(1 - alpha));
}

/** `part / whole`, or `otherwise` where the whole is not above zero. */
export function share(part: number, whole: number, otherwise = 0): number {
  return whole > 0 ? part / whole : otherwise;
}

/**
 * Settling of recursive averages fed by one another: the slowest, and a part of each other one, because what is left of a
 * beginning in one stage is smoothed once more in the next.
 */
export function settleChain(...stages: readonly number[]): number {
  const slowest = Math.max(...stages);
  const all = stages.reduce((sum, stage) => sum + stage, 0);
  return Math.ceil(slowest + 0.4 * (all - slowest));
}
