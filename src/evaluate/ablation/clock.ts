/** @file Features that mostly tell the time: what only grows fits every trend of the training and says nothing after it. */
import { type FeatureTape, firstFinalRows } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";

/** Correlation with time from which on a feature is suspected. */
const CLOCK_CORRELATION = 0.5;

export type ClockFeature = { readonly name: string; readonly correlation: number };

/** Features from `fromColumn` on whose correlation with time, in the symbol where it is strongest, is 0.5 or more. */
export function clockFeatures(features: FeatureTape, tape: MarketTape, fromColumn: number): ClockFeature[] {
  const found: ClockFeature[] = [];
  const first = firstFinalRows(features, tape);
  for (let f = fromColumn; f < features.features; f++) {
    let strongest = 0;
    for (let s = 0; s < features.symbols; s++) {
      const r = correlationWithTime(features, s, f, first[s]);
      if (Math.abs(r) > Math.abs(strongest)) strongest = r;
    }
    if (Math.abs(strongest) >= CLOCK_CORRELATION) found.push({ name: features.names[f], correlation: strongest });
  }
  return found;
}

/** Pearson's r of one column of a symbol and the row's number; 0 for a column that doesn't vary. */
function correlationWithTime(
  { values, bars, symbols, features }: FeatureTape,
  s: number,
  f: number,
  from: number,
): number {
  const n = bars - from;
  if (n < 3) return 0;
  let mean = 0;
  for (let t = from; t < bars; t++) mean += values[(t * symbols + s) * features + f] / n;
  const middle = from + (n - 1) / 2;
  let both = 0;
  let own = 0;
  let time = 0;
  for (let t = from; t < bars; t++) {
    const x = values[(t * symbols + s) * features + f] - mean;
    const y = t - middle;
    both += x * y;
    own += x * x;
    time += y * y;
  }
  return own <= 1e-12 * n ? 0 : both / Math.sqrt(own * time);
}
