/** @file What a model's features look like: each in the training beside since, the newest rows, and how they go together. */
import { type FeatureTape, firstFinalRows } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { populationStability } from "../../promotion/index.ts";

export type FeatureShape = {
  readonly name: string;
  /** Shares of the bins between the edges, what lies beyond the outer ones included: one more than there are edges. */
  readonly trained: readonly number[];
  readonly since: readonly number[];
  /** In deviations of the training. */
  readonly meanSince: number;
  /** Population stability index over the training's deciles. */
  readonly moved: number;
  /** The last row, by symbol. */
  readonly newest: ReadonlyArray<{ readonly symbol: string; readonly value: number }>;
};

export type FeatureShapes = {
  /** In deviations of the training from its mean, each symbol's own. */
  readonly edges: readonly number[];
  readonly features: readonly FeatureShape[];
  /** `[F][F]` Pearson's, over rows of the training of all symbols; null where one of the two never varies. */
  readonly correlations: ReadonlyArray<ReadonlyArray<number | null>>;
};

const LOWEST = -3;
const WIDTH = 0.25;
const EDGES = Array.from({ length: 25 }, (_, i) => LOWEST + i * WIDTH);
/** Rows that correlations are taken over, evenly thinned. */
const MOST_ROWS = 4_000;
/** Below this a deviation is rounding. */
const LEAST_DEVIATION = 1e-9;

/**
 * Of every feature, all symbols together, over the bars that they have.
 * @param features normalised as the model reads them
 * @param trained the row after the training's last one
 */
export function featureShapes(features: FeatureTape, tape: MarketTape, trained: number): FeatureShapes {
  const cells = finalCells(features, tape);
  const before = cells.filter((cell) => cell < trained * features.symbols);
  const since = cells.filter((cell) => cell >= trained * features.symbols);
  const column = (own: readonly number[], f: number): Float64Array =>
    Float64Array.from(own, (cell) => features.values[cell * features.features + f]);
  return {
    edges: EDGES,
    features: features.names.map((name, f) => {
      const [was, is] = [column(before, f), column(since, f)];
      return {
        name,
        trained: sharesOf(was),
        since: sharesOf(is),
        meanSince: rounded(is.reduce((sum, value) => sum + value, 0) / is.length),
        moved: rounded(populationStability(was, is)),
        newest: tape.instruments.map(({ symbol }, s) => ({
          symbol,
          value: rounded(features.values[((features.bars - 1) * features.symbols + s) * features.features + f]),
        })),
      };
    }),
    correlations: correlationsOf(features.names.map((_, f) => column(thinned(before), f))),
  };
}

/** Cells (row and symbol) whose features are final, oldest first. */
function finalCells(features: FeatureTape, tape: MarketTape): number[] {
  const { bars, symbols, fromBar } = features;
  const first = firstFinalRows(features, tape);
  const cells: number[] = [];
  for (let t = 0; t < bars; t++)
    for (let s = 0; s < symbols; s++)
      if (t >= first[s] && tape.present[(fromBar + t) * symbols + s] === 1) cells.push(t * symbols + s);
  return cells;
}

function sharesOf(values: Float64Array): number[] {
  const counts = Array.from({ length: EDGES.length + 1 }, () => 0);
  for (const value of values) {
    const bin = Math.floor((value - LOWEST) / WIDTH) + 1;
    counts[Math.max(0, Math.min(EDGES.length, bin))]++;
  }
  return counts.map((count) => rounded(count / values.length));
}

function thinned(cells: readonly number[]): number[] {
  const kept = Math.min(cells.length, MOST_ROWS);
  return Array.from({ length: kept }, (_, i) => cells[Math.floor((i * cells.length) / kept)]);
}

function correlationsOf(columns: readonly Float64Array[]): Array<Array<number | null>> {
  const unit = columns.map(standardized);
  return unit.map((a) =>
    unit.map((b) => {
      if (a === undefined || b === undefined) return null;
      let sum = 0;
      for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
      return rounded(sum);
    }),
  );
}

/** About its mean, and of length one; undefined where it never varies. */
function standardized(column: Float64Array): Float64Array | undefined {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const about = column.map((value) => value - mean);
  const length = Math.sqrt(about.reduce((sum, value) => sum + value * value, 0));
  return length > LEAST_DEVIATION * Math.sqrt(column.length) ? about.map((value) => value / length) : undefined;
}

/** A record holds thousands of them: four digits are enough to be looked at. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
