/** @file Was a model's normalizer fitted on what its training may know, and on nothing else? */
import { formatMinute } from "../../core/index.ts";
import { type FeatureTape, fitNormalizer, type Normalizer } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { checkOf, type Fault, type LeakCheck, skipped } from "./fault.ts";

export type NormalizerCheckOptions = {
  readonly normalizer: Normalizer;
  /** Open time of the last bar that the model's training has seen, UTC milliseconds. */
  readonly trainToMs: number;
  readonly tape: MarketTape;
  /** Raw, one row for each bar of the tape. */
  readonly raw: FeatureTape;
};

/** Relative to a feature's deviation: more than rounding, less than a handful of further bars would move it. */
const TOLERANCE = 1e-4;
const NAME = "the normalizer knows the training part alone";

/** The stated range against the training's, and the stated figures against those of the stated range. */
export function checkNormalizer({ normalizer, trainToMs, tape, raw }: NormalizerCheckOptions): LeakCheck {
  const rowOf = (timeMs: number): number => tape.timeMs.subarray(0, tape.bars).findIndex((time) => time >= timeMs);
  if (normalizer.fittedToMs > trainToMs) {
    const bar = Math.max(0, rowOf(trainToMs));
    const text = `The normalizer was fitted up to ${formatMinute(normalizer.fittedToMs)}, the training reached ${formatMinute(trainToMs)}: what came after it is in every feature.`;
    const size = (normalizer.fittedToMs - trainToMs) / tape.barMs;
    const fault = { name: "normalizer", bar, timeMs: trainToMs, size, text };
    return checkOf(NAME, "its stated range", [fault]);
  }
  const from = rowOf(normalizer.fittedFromMs);
  const to = rowOf(normalizer.fittedToMs) + 1;
  const covered =
    from >= 0 &&
    to > from + 1 &&
    tape.timeMs[from] === normalizer.fittedFromMs &&
    tape.timeMs[to - 1] === normalizer.fittedToMs;
  if (!covered) return skipped(NAME, "these candles don't reach over the bars that it was fitted on");
  const refit = fitNormalizer(raw, tape, from, to);
  const worst = worstDifference(normalizer, refit);
  const detail = `fitted anew on ${formatMinute(normalizer.fittedFromMs)} to ${formatMinute(normalizer.fittedToMs)}`;
  if (worst.size <= TOLERANCE) return checkOf(NAME, detail, []);
  const whole = worstDifference(normalizer, fitNormalizer(raw, tape, Math.min(from, raw.warmup), tape.bars));
  const F = raw.features;
  const symbol = normalizer.symbols[Math.floor(worst.cell / F)];
  const feature = raw.names[worst.cell % F];
  const cause =
    whole.size < worst.size / 10
      ? "They are those of all bars, the unseen ones among them."
      : "These candles, or the bars that it was fitted on, are others than stated.";
  const fault: Fault = {
    name: feature,
    symbol,
    bar: to - 1,
    timeMs: normalizer.fittedToMs,
    size: worst.size,
    text: `The normalizer's figures are not those of the bars that it names: ${feature} of ${symbol} is off by ${worst.size.toPrecision(3)} deviations. ${cause}`,
  };
  return checkOf(NAME, detail, [fault]);
}

/** In units of the second one's deviations. */
function worstDifference(given: Normalizer, refit: Normalizer): { cell: number; size: number } {
  let cell = 0;
  let size = 0;
  for (let i = 0; i < refit.mean.length; i++) {
    const mean = Math.abs(given.mean[i] - refit.mean[i]) / refit.std[i];
    const spread = Math.abs(Math.log(given.std[i] / refit.std[i]));
    const own = Math.max(mean, spread);
    if (own <= size) continue;
    size = own;
    cell = i;
  }
  return { cell, size };
}
