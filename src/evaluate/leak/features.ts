/**
 * @file Do features look ahead, and are they final when they say so? The future is changed and the past must stay; the
 * streams begin later and the values must agree after the stated warm-up.
 */
import { formatMinute, type ProgressListener } from "../../core/index.ts";
import { type FeatureTape, firstFinalRows } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { barsText, checkOf, type Fault, type LeakCheck, skipped } from "./fault.ts";
import { spreadBars, withOtherFuture } from "./other-future.ts";

/** Features of the rows `[from, to)` of a tape, the streams beginning at `from`. */
export type ComputeRows = (tape: MarketTape, from: number, to: number) => FeatureTape;

export type FeatureCheckOptions = {
  readonly tape: MarketTape;
  readonly compute: ComputeRows;
  /** Bars before any value counts. */
  readonly warmup: number;
  /** `[F]` the warm-up that each feature states of itself. */
  readonly warmups: readonly number[];
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
};

const CUTS = 12;
/** Rows before a cut beside the warm-up, and rows after it, so that a look at either side of it is met. */
const ROWS_BEFORE = 96;
const ROWS_AFTER = 32;
/** More history than this is not needed to see whether a value moves. */
const LONGEST_HISTORY = 2_000;

const STARTS = 6;
/** Rows that are compared after the warm-up. */
const SETTLED_ROWS = 128;
/** Of a feature's standard deviation: a model can't notice less. */
const SETTLED = 1e-3;

type Worst = { feature: number; symbol: number; bar: number; size: number; lead: number; cuts: number };

/** Changes everything after some bars and compares every row before. */
export async function checkCausality(options: FeatureCheckOptions): Promise<LeakCheck> {
  const { tape, compute, warmup, seed, signal, onProgress } = options;
  const name = "features see nothing of later bars";
  if (tape.bars < ROWS_AFTER + 8) return skipped(name, `${barsText(tape.bars)} are too few`);
  const cuts = spreadBars(4, tape.bars - 4, CUTS, seed);
  const worst = new Map<number, Worst>();
  let names: readonly string[] = [];
  let rows = 0;
  for (const [i, cut] of cuts.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ label: "other futures", done: i, total: cuts.length, unit: "cuts" });
    await pause();
    const from = Math.max(0, cut + 1 - Math.min(warmup, LONGEST_HISTORY) - ROWS_BEFORE);
    const to = Math.min(tape.bars, cut + 1 + ROWS_AFTER);
    const ours = compute(tape, from, to);
    const theirs = compute(withOtherFuture(tape, cut, seed + i), from, to);
    ({ names } = ours);
    rows += cut + 1 - from;
    compareRows(ours, theirs, cut, worst);
  }
  const faults = [...worst.values()].map((found): Fault => {
    const symbol = tape.instruments[found.symbol].symbol;
    const times = found.cuts === 1 ? "once" : `in ${found.cuts} of ${cuts.length} futures`;
    return {
      name: names[found.feature],
      symbol,
      bar: found.bar,
      timeMs: tape.timeMs[found.bar],
      size: found.size,
      text: `${names[found.feature]} of ${symbol} knows what happens at least ${barsText(found.lead)} later: at the close of bar ${found.bar} (${formatMinute(tape.timeMs[found.bar])}) it moves by up to ${found.size.toPrecision(3)} with what comes after (${times}).`,
    };
  });
  return checkOf(name, `${names.length} features, ${cuts.length} other futures, ${rows} rows before them`, faults);
}

function compareRows(ours: FeatureTape, theirs: FeatureTape, cut: number, worst: Map<number, Worst>): void {
  const { symbols: S, features: F, fromBar } = ours;
  const moved = new Set<number>();
  for (let bar = fromBar; bar <= cut; bar++) {
    const row = (bar - fromBar) * S * F;
    for (let i = 0; i < S * F; i++) {
      const size = Math.abs(ours.values[row + i] - theirs.values[row + i]);
      if (size === 0) continue;
      const feature = i % F;
      const lead = cut - bar + 1;
      const known = worst.get(feature);
      if (known === undefined) {
        worst.set(feature, { feature, symbol: Math.floor(i / F), bar, size, lead, cuts: 0 });
      } else {
        known.size = Math.max(known.size, size);
        known.lead = Math.max(known.lead, lead);
      }
      moved.add(feature);
    }
  }
  for (const feature of moved) {
    const known = worst.get(feature);
    if (known !== undefined) known.cuts++;
  }
}

/** Ends the history at some bars: the last row must be what it is with all that follows. */
export async function checkTruncation(options: FeatureCheckOptions): Promise<LeakCheck> {
  const { tape, compute, warmup, seed, signal, onProgress } = options;
  const name = "features of a history that ends are those of one that goes on";
  if (tape.bars < ROWS_AFTER + 8) return skipped(name, `${barsText(tape.bars)} are too few`);
  const cuts = spreadBars(4, tape.bars - 4, CUTS / 2, seed + 1);
  const worst = new Map<number, Worst>();
  let names: readonly string[] = [];
  for (const [i, cut] of cuts.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ label: "ended histories", done: i, total: cuts.length, unit: "cuts" });
    await pause();
    const from = Math.max(0, cut + 1 - Math.min(warmup, LONGEST_HISTORY) - ROWS_BEFORE);
    const whole = compute(tape, from, Math.min(tape.bars, cut + 1 + ROWS_AFTER));
    const ended = compute({ ...tape, bars: cut + 1 }, from, cut + 1);
    ({ names } = whole);
    compareRows(ended, whole, cut, worst);
  }
  const faults = [...worst.values()].map((found): Fault => {
    const symbol = tape.instruments[found.symbol].symbol;
    return {
      name: names[found.feature],
      symbol,
      bar: found.bar,
      timeMs: tape.timeMs[found.bar],
      size: found.size,
      text: `${names[found.feature]} of ${symbol} is another one at bar ${found.bar} (${formatMinute(tape.timeMs[found.bar])}) when the history ends ${barsText(found.lead - 1)} later: a difference of ${found.size.toPrecision(3)}.`,
    };
  });
  return checkOf(name, `${names.length} features, ${cuts.length} ended histories`, faults);
}

/** Lets the streams begin later: after the stated warm-up nothing may be left of it. */
export async function checkWarmup(options: FeatureCheckOptions): Promise<LeakCheck> {
  const { tape, compute, warmup, warmups, seed, signal, onProgress } = options;
  const name = "features are final after the stated warm-up";
  const needed = 2 * warmup + SETTLED_ROWS;
  if (tape.bars < needed + 8) {
    return skipped(name, `a warm-up of ${barsText(warmup)} needs ${needed} bars to be checked, there are ${tape.bars}`);
  }
  const starts = spreadBars(Math.max(1, Math.floor(warmup / 2)), tape.bars - warmup - SETTLED_ROWS, STARTS, seed + 2);
  const found = new Map<number, Fault>();
  let names: readonly string[] = [];
  for (const [i, start] of starts.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ label: "later beginnings", done: i, total: starts.length, unit: "starts" });
    await pause();
    const to = Math.min(tape.bars, start + warmup + SETTLED_ROWS);
    const early = compute(tape, Math.max(0, start - Math.max(4 * warmup, LONGEST_HISTORY)), to);
    const late = compute(tape, start, to);
    ({ names } = late);
    compareBeginnings(tape, early, late, warmups, found);
  }
  const detail = `${names.length} features, warm-ups of up to ${barsText(warmup)}, ${starts.length} later beginnings`;
  return checkOf(name, detail, [...found.values()]);
}

function compareBeginnings(
  tape: MarketTape,
  early: FeatureTape,
  late: FeatureTape,
  warmups: readonly number[],
  found: Map<number, Fault>,
): void {
  const { symbols: S, features: F, bars, fromBar } = late;
  const offset = fromBar - early.fromBar;
  const firstRows = new Map(
    [...new Set(warmups)].map((warmup) => [warmup, firstFinalRows({ ...late, warmup }, tape)] as const),
  );
  for (let s = 0; s < S; s++) {
    for (let f = 0; f < F; f++) {
      if (found.has(f)) continue;
      const warmup = warmups[f];
      const difference = (t: number): number =>
        Math.abs(late.values[(t * S + s) * F + f] - early.values[((t + offset) * S + s) * F + f]);
      const tolerance = SETTLED * spreadOf(early, s, f);
      let size = 0;
      let first = -1;
      let last = -1;
      for (let t = firstRows.get(warmup)?.[s] ?? bars; t < bars; t++) {
        const own = difference(t);
        if (own <= tolerance) continue;
        if (first < 0) first = t;
        last = t;
        size = Math.max(size, own);
      }
      if (first < 0) continue;
      const bar = fromBar + first;
      const symbol = tape.instruments[s].symbol;
      const needs = last === bars - 1 ? `more than ${barsText(last)}` : barsText(last + 1);
      found.set(f, {
        name: late.names[f],
        symbol,
        bar,
        timeMs: tape.timeMs[bar],
        size,
        text: `${late.names[f]} of ${symbol} still depends on where it began after ${barsText(warmup)}: begun at bar ${fromBar}, it is off by up to ${size.toPrecision(3)} from bar ${bar} (${formatMinute(tape.timeMs[bar])}) on; it needs ${needs}.`,
      });
    }
  }
}

/** Standard deviation of one feature over the rows of the tape, at least what float32 can tell apart. */
function spreadOf({ values, bars, symbols: S, features: F }: FeatureTape, s: number, f: number): number {
  let sum = 0;
  let squares = 0;
  for (let t = 0; t < bars; t++) {
    const value = values[(t * S + s) * F + f];
    sum += value;
    squares += value * value;
  }
  const mean = sum / bars;
  return Math.sqrt(Math.max(squares / bars - mean * mean, 0)) + 1e-3 * Math.abs(mean) + 1e-6;
}

/** Lets a signal and other work in. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
