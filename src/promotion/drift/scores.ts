/**
 * @file How good what a model says is, week by week, beside what the base rate gives. A score is a mean of many rows, above zero
 * where the base rate would have done better. A week's means are nearly normal, whatever the rows are and however they hang
 * together within it: the limit of a new week is the one-sided prediction limit of Student's law over the weeks of the training.
 */
import { invariant, normalQuantile } from "../../core/index.ts";

/** By bar: the sum of the score over the rows whose answer became known with it, and how many there are. */
export type ScoreColumn = { readonly sum: Float64Array; readonly rows: Uint32Array };

export type ScoreLimit = {
  /** What the score is ordinarily: zero, or worse where it was worse when it was measured. */
  readonly level: number;
  /** Of the weeks' means. */
  readonly deviation: number;
  readonly weeks: number;
  readonly limit: number;
};

export type ScoreWeek = {
  /** Close of the week's last bar, as a bar's index. */
  readonly toBar: number;
  /** Null where too few rows have an answer. */
  readonly value: number | null;
  readonly beyond: boolean;
  /** Beyond its limit in two weeks running. */
  readonly alarm: boolean;
};

const SCORE_DEFAULTS = { quantile: 0.99, leastWeeks: 8, leastRows: 20 } as const;

/**
 * Undefined where the range holds fewer than eight weeks with rows enough.
 * @param claimed what the score was on rows that were judged and not learned from; its mean over the range where absent
 */
export function calibrateScore(
  column: ScoreColumn,
  { from, to }: { readonly from: number; readonly to: number },
  barsPerWeek: number,
  claimed?: number,
): ScoreLimit | undefined {
  const means: number[] = [];
  for (let end = to; end - barsPerWeek >= from; end -= barsPerWeek) {
    const mean = weekMean(column, end, barsPerWeek);
    if (mean !== null) means.push(mean);
  }
  const n = means.length;
  if (n < SCORE_DEFAULTS.leastWeeks) return undefined;
  const mean = means.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const level = Math.max(0, claimed ?? mean);
  const wide = studentQuantile(SCORE_DEFAULTS.quantile, n - 1) * deviation * Math.sqrt(1 + 1 / n);
  return { level, deviation, weeks: n, limit: level + wide };
}

/** Whole weeks from `fromBar` on. */
export function scoreWeeks(
  column: ScoreColumn,
  fromBar: number,
  { limit }: ScoreLimit,
  barsPerWeek: number,
): ScoreWeek[] {
  const weeks: ScoreWeek[] = [];
  let before = false;
  for (let toBar = fromBar + barsPerWeek; toBar <= column.sum.length; toBar += barsPerWeek) {
    const value = weekMean(column, toBar, barsPerWeek);
    const beyond = value !== null && value > limit;
    weeks.push({ toBar, value, beyond, alarm: beyond && before });
    before = beyond;
  }
  return weeks;
}

function weekMean({ sum, rows }: ScoreColumn, to: number, barsPerWeek: number): number | null {
  let total = 0;
  let count = 0;
  for (let bar = to - barsPerWeek; bar < to; bar++) {
    total += sum[bar];
    count += rows[bar];
  }
  return count < SCORE_DEFAULTS.leastRows ? null : total / count;
}

/**
 * Quantile of Student's law by its expansion in the degrees of freedom (Abramowitz and Stegun 26.7.5); to 1 % from four
 * degrees on.
 */
export function studentQuantile(p: number, degrees: number): number {
  invariant(degrees >= 4, "the expansion holds from four degrees of freedom on");
  const z = normalQuantile(p);
  const square = z * z;
  const terms = [
    (z * (square + 1)) / 4,
    (z * ((5 * square + 16) * square + 3)) / 96,
    (z * (((3 * square + 19) * square + 17) * square - 15)) / 384,
    (z * ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945)) / 92_160,
  ];
  return terms.reduce((sum, term, k) => sum + term / degrees ** (k + 1), z);
}
