/**
 * @file Drift of features, each against its own history: features of bars move from week to week without meaning
 * anything, so a fixed limit is an alarm for some of them every week and never for others.
 */
import { invariant, TidemarkError } from "../../core/index.ts";
import { binShares, decileEdges, stabilityIndex } from "./statistics.ts";

export type DriftSettings = {
  readonly barsPerWeek: number;
  /** Weeks of the reference. */
  readonly referenceWeeks: number;
  /** A limit is this quantile of a feature's own PSI over the training history. */
  readonly quantile: number;
  /** Fewest windows that a limit may rest on. */
  readonly leastWindows: number;
  /** An alarm needs more features beyond their limits than this number and than this share of them, twice in a row. */
  readonly leastFeatures: number;
  readonly featureShare: number;
};

export const DRIFT_DEFAULTS = {
  referenceWeeks: 4,
  quantile: 0.99,
  leastWindows: 26,
  leastFeatures: 3,
  featureShare: 0.1,
} as const;

/** `[features]` what a week's PSI against the weeks before it ordinarily is at most. */
export type DriftLimits = { readonly limits: readonly number[]; readonly windows: number };

/** PSI of one feature in the bars `[to - week, to)` against those before them. */
function weekIndex(column: Float32Array, to: number, settings: DriftSettings): number {
  const from = to - settings.barsPerWeek;
  const reference = column.subarray(from - settings.referenceWeeks * settings.barsPerWeek, from);
  const edges = decileEdges(reference);
  return stabilityIndex(binShares(reference, edges), binShares(column.subarray(from, to), edges));
}

/**
 * Limits from the history of the training, a window every day of it.
 * @param columns by feature, bar by bar
 * Throws DATA_TOO_SHORT where it holds fewer windows than the settings ask for.
 */
export function calibrateDrift(columns: readonly Float32Array[], settings: DriftSettings): DriftLimits {
  const { barsPerWeek, referenceWeeks, quantile, leastWindows } = settings;
  const bars = columns[0]?.length ?? 0;
  const first = (referenceWeeks + 1) * barsPerWeek;
  const step = Math.max(1, Math.round(barsPerWeek / 7));
  const ends: number[] = [];
  for (let to = first; to <= bars; to += step) ends.push(to);
  if (ends.length < leastWindows) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `The training range holds ${ends.length} windows to calibrate drift on, ${leastWindows} are needed`,
      where: `${bars} bars`,
      fix: `Train on at least ${first + (leastWindows - 1) * step} bars, or on longer bars.`,
    });
  }
  const limits = columns.map((column) => {
    const sorted = ends.map((to) => weekIndex(column, to, settings)).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length) - 1)];
  });
  return { limits, windows: ends.length };
}

export type DriftWeek = {
  /** Close of the week's last bar, as a bar's index. */
  readonly toBar: number;
  readonly index: readonly number[];
  /** Features beyond their limit. */
  readonly beyond: readonly number[];
  /** Features that are missing or constant in a week in which they were not before. */
  readonly broken: readonly number[];
  readonly alarm: boolean;
};

/** Walks whole weeks from `fromBar` on; four weeks of history must lie before it. */
export function driftWeeks(
  columns: readonly Float32Array[],
  fromBar: number,
  { limits }: DriftLimits,
  settings: DriftSettings,
): DriftWeek[] {
  const { barsPerWeek, referenceWeeks, leastFeatures, featureShare } = settings;
  invariant(limits.length === columns.length, "every feature has its limit");
  invariant(fromBar >= referenceWeeks * barsPerWeek, "the reference lies before the first week");
  const weeks: DriftWeek[] = [];
  const needed = Math.max(leastFeatures, featureShare * columns.length);
  let before = false;
  for (let to = fromBar + barsPerWeek; to <= (columns[0]?.length ?? 0); to += barsPerWeek) {
    const broken = columns.flatMap((column, f) => (isBroken(column, to, settings) ? [f] : []));
    const index = columns.map((column) => weekIndex(column, to, settings));
    const beyond = index.flatMap((value, f) => (value > limits[f] ? [f] : []));
    const many = beyond.length > needed;
    weeks.push({ toBar: to, index, beyond, broken, alarm: many && before });
    before = many;
  }
  return weeks;
}

/** Whether a feature that varied before stands still or is missing all week: a feed that has stopped. */
function isBroken(column: Float32Array, to: number, { barsPerWeek, referenceWeeks }: DriftSettings): boolean {
  const from = to - barsPerWeek;
  return varies(column, from - referenceWeeks * barsPerWeek, from) && !varies(column, from, to);
}

function varies(column: Float32Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (column[i] !== column[from] && !Number.isNaN(column[i])) return true;
  return false;
}
