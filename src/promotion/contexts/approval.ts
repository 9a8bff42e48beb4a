/**
 * @file Which parts of a market (session by regime) a model may open positions in. The best of many cells looks good by chance:
 * keeping the cells with a positive mean makes a book without any edge look like one with 4 standard errors. So each cell's
 * mean is drawn towards that of all, by as much as the cells can't be told apart.
 */
import { normalCdf } from "../../core/index.ts";

export type Cell = {
  readonly name: string;
  /** Trades of the past, and mean and deviation (n - 1) of their results in R. */
  readonly n: number;
  readonly mean: number;
  readonly deviation: number;
};

export type ApprovalSettings = {
  /** Fewest trades by which a cell can be judged at all. */
  readonly leastTrades: number;
  /** What a trade has to bring beyond its costs, R. */
  readonly margin: number;
  /** All together pass from this probability on; a cell of theirs is left out only up to the other one. */
  readonly enable: number;
  readonly disable: number;
};

const APPROVAL_DEFAULTS: ApprovalSettings = { leastTrades: 30, margin: 0, enable: 0.8, disable: 0.2 };

export type JudgedCell = Cell & {
  /** Mean and deviation after shrinkage; those of all cells together where it has too few trades. */
  readonly shrunk: number;
  readonly shrunkDeviation: number;
  /** That its mean exceeds the margin. */
  readonly probability: number;
  /** One-sided p-value of "the mean is at most the margin" by its own trades, corrected for all cells (Holm, 1979). */
  readonly holm: number | null;
  readonly approved: boolean;
};

export type Approval = {
  /** Whether all trades together pass: without that no cell does. */
  readonly pooled: boolean;
  /** Mean of all cells, and the variance between them (DerSimonian and Laird, 1986). */
  readonly mean: number;
  readonly betweenVariance: number;
  readonly cells: readonly JudgedCell[];
};

/** Variance between cells: max(0, (Q - (k - 1)) / (sum w - sum w^2 / sum w)), w = 1 / s^2. */
export function betweenVariance(means: readonly number[], variances: readonly number[]): number {
  const weights = variances.map((variance) => 1 / variance);
  const total = sum(weights);
  const mean = sum(means.map((value, i) => weights[i] * value)) / total;
  const q = sum(means.map((value, i) => weights[i] * (value - mean) ** 2));
  const scale = total - sum(weights.map((weight) => weight ** 2)) / total;
  return scale > 0 ? Math.max(0, (q - (means.length - 1)) / scale) : 0;
}

export type Shrunk = {
  readonly mean: number;
  readonly means: readonly number[];
  readonly deviations: readonly number[];
};

/**
 * Normal-normal shrinkage: m' = (t^2 m + s^2 M) / (t^2 + s^2) with the random-effects mean M; its variance is
 * t^2 s^2 / (t^2 + s^2) + (s^2 / (t^2 + s^2))^2 / sum(1 / (t^2 + s^2)), for M is estimated as well.
 */
export function shrink(means: readonly number[], variances: readonly number[], between: number): Shrunk {
  const weights = variances.map((variance) => 1 / (between + variance));
  const total = sum(weights);
  const mean = sum(means.map((value, i) => weights[i] * value)) / total;
  return {
    mean,
    means: means.map((value, i) => (between * value + variances[i] * mean) / (between + variances[i])),
    deviations: variances.map((variance) => {
      const share = variance / (between + variance);
      return Math.sqrt(between * share + share ** 2 / total);
    }),
  };
}

/** Holm's step-down correction of p-values, in their order. */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
  const corrected = p.map(() => 1);
  let highest = 0;
  for (const [rank, i] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (p.length - rank) * p[i]));
    corrected[i] = highest;
  }
  return corrected;
}

/**
 * Judges cells by their past. A cell with too few trades, and one that can't be told, has the verdict of all together.
 */
export function approveCells(cells: readonly Cell[], settings: ApprovalSettings = APPROVAL_DEFAULTS): Approval {
  const { leastTrades, margin, enable, disable } = settings;
  const judged = cells.filter(({ n, deviation }) => n >= leastTrades && deviation > 0);
  const all = pooledOf(cells);
  const pooledDeviation = all.n > 1 ? all.deviation / Math.sqrt(all.n) : Number.POSITIVE_INFINITY;
  const pooled = all.n >= leastTrades && chanceAbove(all.mean, pooledDeviation, margin) >= enable;
  const means = judged.map(({ mean }) => mean);
  const variances = judged.map(({ n, deviation }) => deviation ** 2 / n);
  const between = judged.length < 2 ? 0 : betweenVariance(means, variances);
  const shrunk = shrink(means, variances, between);
  const corrected = holm(judged.map((cell, i) => 1 - chanceAbove(cell.mean, Math.sqrt(variances[i]), margin)));
  return {
    pooled,
    mean: judged.length === 0 ? all.mean : shrunk.mean,
    betweenVariance: between,
    cells: cells.map((cell) => {
      const i = judged.indexOf(cell);
      const mean = i < 0 ? all.mean : shrunk.means[i];
      const deviation = i < 0 ? pooledDeviation : shrunk.deviations[i];
      const probability = chanceAbove(mean, deviation, margin);
      const approved = pooled && (i < 0 || probability > disable);
      return {
        ...cell,
        shrunk: mean,
        shrunkDeviation: deviation,
        probability,
        holm: i < 0 ? null : corrected[i],
        approved,
      };
    }),
  };
}

/** Of all trades as one sample. */
function pooledOf(cells: readonly Cell[]): Omit<Cell, "name"> {
  const n = sum(cells.map((cell) => cell.n));
  const mean = n === 0 ? 0 : sum(cells.map((cell) => cell.n * cell.mean)) / n;
  const squares = sum(
    cells.map((cell) => Math.max(0, cell.n - 1) * cell.deviation ** 2 + cell.n * (cell.mean - mean) ** 2),
  );
  return { n, mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0 };
}

function chanceAbove(mean: number, deviation: number, margin: number): number {
  return deviation > 0 ? normalCdf((mean - margin) / deviation) : Number(mean > margin);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
