/**
 * @file The markets that a phase trains on: the recorded training range, drawn anew as the phase asks for it. Only bars up
 * to the end of the training range go in, so that nothing of what validates or tests can be shuffled into training.
 */
import { invariant, type Random } from "../../../core/index.ts";
import { computeFeatures, type FeatureTape, type Normalizer, normalizeTape } from "../../../features/index.ts";
import { type MarketTape, sliceTape } from "../../../market/index.ts";
import { type AugmentationSettings, augmentTape, drawWeighted, symbolWeights } from "../../curriculum/index.ts";
import { type BarRange, withOutages } from "../../env/index.ts";
import type { Prepared } from "../prepare.ts";

export type TrainingMarket = {
  readonly tape: MarketTape;
  /** Normalized by the recorded training range, each symbol by its own figures wherever it stands. */
  readonly features: FeatureTape;
};

/** Whether the settings ask for any market but the recorded one. */
export function isAugmented(settings: AugmentationSettings): boolean {
  const { priceScale, flipProbability, permuteProbability, shuffleProbability } = settings;
  return priceScale > 0 || flipProbability > 0 || permuteProbability > 0 || shuffleProbability > 0;
}

/** The bars up to the end of the training range as they were recorded. */
export function recordedMarket(prepared: Prepared): TrainingMarket {
  const { features, split, options } = prepared;
  const bars = split.train.to;
  const values = features.values.subarray(0, bars * features.symbols * features.features);
  return { tape: sliceTape(options.tape, 0, bars), features: { ...features, bars, values } };
}

/** One draw from the recorded market. The same state of the generator gives the same one. */
export function drawMarket(
  prepared: Prepared,
  recorded: TrainingMarket,
  settings: AugmentationSettings,
  random: Random,
): TrainingMarket {
  const { tape, applied } = augmentTape(recorded.tape, settings, random);
  if (applied.length === 0) return recorded;
  const raw = computeFeatures(tape, prepared.options.features);
  const { sourceDropout } = prepared.options;
  const rows = { from: raw.warmup, to: tape.bars };
  const isJoined = sourceDropout !== undefined && tape.alternative !== undefined && rows.from < rows.to;
  const seen = isJoined ? withOutages(raw, tape, [rows], sourceDropout, random.fork("outages").uint32()) : raw;
  return { tape, features: normalizeTape(seen, inOrderOf(prepared.normalizer, tape)) };
}

/** The normalizer for the same symbols in another order. */
function inOrderOf(normalizer: Normalizer, tape: MarketTape): Normalizer {
  const symbols = tape.instruments.map(({ symbol }) => symbol);
  const width = normalizer.mean.length / symbols.length;
  const reordered = (cells: readonly number[]): number[] =>
    symbols.flatMap((symbol) => {
      const s = normalizer.symbols.indexOf(symbol);
      invariant(s >= 0, "a drawn market has the recorded symbols", symbol);
      return cells.slice(s * width, (s + 1) * width);
    });
  return { ...normalizer, symbols, mean: reordered(normalizer.mean), std: reordered(normalizer.std) };
}

/**
 * Draws the bars where episodes start, so that each symbol's history counts as `balance` says: first a symbol, then a bar
 * of it. Undefined where every bar counts the same, or where no symbol has a bar to start at.
 */
export function balancedStarts(
  tape: MarketTape,
  range: BarRange,
  episodeBars: number,
  balance: number,
): ((random: Random) => number) | undefined {
  if (balance === 0) return undefined;
  const { symbols: S } = tape;
  const weights = symbolWeights(tape, balance);
  const starts = Array.from({ length: S }, (_, s) => {
    const own: number[] = [];
    for (let t = range.from; t < range.to - episodeBars; t++) if (tape.present[t * S + s] === 1) own.push(t);
    if (own.length === 0) weights[s] = 0;
    return Int32Array.from(own);
  });
  if (weights.every((weight) => weight === 0)) return undefined;
  return (random) => {
    const own = starts[drawWeighted(weights, random)];
    return own[random.below(own.length)];
  };
}
