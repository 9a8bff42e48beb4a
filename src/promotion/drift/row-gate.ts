/**
 * @file Rows that lie further from the training's than those of an ordinary week. Limits are quantiles of distances that were
 * measured with the row's own week left out: chi-square's would flag twice as many, for tails are fat.
 */
import { invariant, TidemarkError } from "../../core/index.ts";
import { MahalanobisDistance, RowLimits, type RowVerdict } from "../../features/index.ts";

/** Shares of ordinary rows beyond which a position is halved, and none is opened. */
export const ROW_GATE = { half: 0.01, closed: 0.001 } as const;
/** Share of a day's rows behind the gate that is an alarm. */
export const GATED_DAY = 0.2;
/** Fewest weeks that a limit may rest on. */
const LEAST_WEEKS = 8;

type Moments = { n: number; readonly sum: Float64Array; readonly products: Float64Array };

export class RowGate {
  /** Squared distances beyond which a row is behind the gate. */
  readonly half: number;
  readonly closed: number;
  readonly weeks: number;
  readonly limits: RowLimits;

  /**
   * @param rows `[n*d]` of the training
   * @param week `[n]` week of each row: rows of one week are left out together
   * Throws DATA_TOO_SHORT below eight weeks and where nothing varies.
   */
  constructor(rows: ArrayLike<number>, width: number, week: ArrayLike<number>) {
    const n = rows.length / width;
    invariant(n === week.length, "every row has its week");
    const parts = new Map<number, Moments>();
    for (let r = 0; r < n; r++) add(partOf(parts, week[r], width), rows, r * width, width);
    if (parts.size < LEAST_WEEKS) {
      throw new TidemarkError("DATA_TOO_SHORT", {
        what: `The training range holds ${parts.size} weeks, and the distance of rows is calibrated on ${LEAST_WEEKS} at least`,
        where: `${n} rows`,
        fix: "Train on a longer range.",
      });
    }
    const all = emptyMoments(width);
    for (const part of parts.values()) merge(all, part, 1);
    const distances = new Float64Array(n);
    for (const [own, part] of parts) {
      const others = emptyMoments(width);
      merge(others, all, 1);
      merge(others, part, -1);
      const distance = distanceOf(others, width);
      for (let r = 0; r < n; r++) if (week[r] === own) distances[r] = distance.squared(rows, r * width);
    }
    distances.sort();
    this.half = distances[Math.ceil((1 - ROW_GATE.half) * n) - 1];
    this.closed = distances[Math.ceil((1 - ROW_GATE.closed) * n) - 1];
    this.weeks = parts.size;
    this.limits = new RowLimits(distanceOf(all, width), this.half, this.closed);
  }

  /** Of the row that begins at `at`. A row that is not a number lies behind every gate. */
  verdict(x: ArrayLike<number>, at = 0): RowVerdict {
    return this.limits.verdict(x, at);
  }
}

function emptyMoments(width: number): Moments {
  return { n: 0, sum: new Float64Array(width), products: new Float64Array(width * width) };
}

function partOf(parts: Map<number, Moments>, week: number, width: number): Moments {
  const known = parts.get(week);
  if (known !== undefined) return known;
  const fresh = emptyMoments(width);
  parts.set(week, fresh);
  return fresh;
}

/** Products of the lower triangle alone. */
function add(to: Moments, rows: ArrayLike<number>, at: number, width: number): void {
  to.n++;
  for (let j = 0; j < width; j++) {
    const a = rows[at + j];
    to.sum[j] += a;
    for (let k = 0; k <= j; k++) to.products[j * width + k] += a * rows[at + k];
  }
}

function merge(to: Moments, from: Moments, sign: 1 | -1): void {
  to.n += sign * from.n;
  for (let i = 0; i < to.sum.length; i++) to.sum[i] += sign * from.sum[i];
  for (let i = 0; i < to.products.length; i++) to.products[i] += sign * from.products[i];
}

function distanceOf({ n, sum, products }: Moments, width: number): MahalanobisDistance {
  const mean = sum.map((value) => value / n);
  const covariance = products.map((value, i) => {
    const [j, k] = [Math.floor(i / width), i % width];
    return k > j ? 0 : (value - n * mean[j] * mean[k]) / (n - 1);
  });
  return MahalanobisDistance.ofMoments(mean, covariance);
}
