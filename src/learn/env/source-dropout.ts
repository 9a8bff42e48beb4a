/**
 * @file Outages of sources in training: in some stretches of bars all features of a source are what they are when nothing is
 * known of it, so that a policy learns to do without. What a feature is then the pipeline itself says, over a tape on which
 * everything is missing. Bars that validate or test keep what was known.
 */
import { checkNumber, checkWhole, Random } from "../../core/index.ts";
import { computeFeatures, type FeatureTape, selectionSeries, sharedFloats } from "../../features/index.ts";
import { type MarketTape, missingColumns, seriesSpec } from "../../market/index.ts";
import type { BarRange } from "./split.ts";

export type SourceDropout = {
  /** Share of stretches, from 0 to 1, in which each source is missing; drawn for each source by itself. */
  readonly share: number;
  /** Bars of a stretch. */
  readonly bars: number;
};

/**
 * The features with outages in the rows of `ranges`, which rise; the very same where no feature reads a series or nothing is dropped. The
 * same seed gives the same outages, and a source more changes none of another's. Throws CONFIG_VALUE.
 */
export function withOutages(
  features: FeatureTape,
  tape: MarketTape,
  ranges: readonly BarRange[],
  { share, bars }: SourceDropout,
  seed: number,
): FeatureTape {
  checkNumber("share", share, 0, 1);
  checkWhole("bars", bars, 1, 1_000_000);
  const sources = columnsBySource(features.names);
  const { alternative } = tape;
  if (share === 0 || sources.size === 0 || alternative === undefined) return features;
  const cells = tape.bars * tape.symbols;
  const unknown = { ...tape, alternative: missingColumns(alternative.series, cells, (n) => new Float64Array(n)) };
  const gone = computeFeatures(unknown, features.names, { to: ranges[ranges.length - 1].to });
  const values = sharedFloats(features.values.length);
  values.set(features.values);
  const { symbols, features: width } = features;
  for (const [source, columns] of sources) {
    const random = new Random(seed).fork(`outages of ${source}`);
    for (const range of ranges) {
      for (let from = range.from; from < range.to; from += bars) {
        if (random.uniform() >= share) continue;
        for (let row = from * symbols; row < Math.min(from + bars, range.to) * symbols; row++) {
          for (const f of columns) values[row * width + f] = gone.values[row * width + f];
        }
      }
    }
  }
  return { ...features, values };
}

/** Columns of the features that read each source. */
function columnsBySource(names: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const [f, name] of names.entries()) {
    for (const source of new Set(selectionSeries([name]).map((id) => seriesSpec(id).source))) {
      found.set(source, [...(found.get(source) ?? []), f]);
    }
  }
  return found;
}
