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
   * (to the rounding of a sum for finite windows, to 1e-6 of their scale for recursive averages).
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
 * Smallest share of the price that counts as a range. While a price stands still an average range halves every few bars
 * and would soon lie below the rounding of whatever is divided by it.
 */
const LEAST_RANGE = 1e-5;
/** Smallest share of the price that counts as movement: what is below it is a rest of older bars, or rounding. */
const LEAST_MOVE = 1e-12;

/** A range as a divisor: never below the least range at this price, and above zero. */
export function yardstick(range: number, price: number): number {
  return Math.max(range, LEAST_RANGE * price, Number.MIN_VALUE);
}

/**
 * `part / whole` for two sums of past movement that fade together, gliding to 0 once the whole is no movement any more at
 * this price: a still market comes to rest and never ends in the ratio of two denormal numbers.
 */
export function shareOfMovement(part: number, whole: number, price: number): number {
  const least = Math.max(whole, LEAST_MOVE * price);
  return least > 0 ? part / least : 0;
}

/**
 * `100 * up / (up + down)`: 100 where nothing fell, 50 where nothing moves any more at this price. Divided first, so that
 * 100 is exactly 100.
 */
export function strengthIndex(up: number, down: number, price: number): number {
  const whole = up + down;
  if (whole > 0 && whole >= LEAST_MOVE * price) return 100 * (up / whole);
  return 50 + 50 * shareOfMovement(up - down, whole, price);
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
