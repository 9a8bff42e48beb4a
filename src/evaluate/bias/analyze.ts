/**
 * @file What a policy does whatever happens: its positions by symbol, regime, session and hour; the same market upside down;
 * how much of its side the hour alone explains; how far its sizes stick to their ends.
 */
import { Direction, type ProgressListener } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { backtest } from "../backtest.ts";
import { type Evaluation, evaluate } from "../evaluation.ts";
import { hourOf, REGIMES, regimesOf, sessionsAt } from "../groups.ts";
import type { BacktestResult } from "../record.ts";
import { mirrored } from "./mirror.ts";

/** Shares of bars that are spent long, short and flat. */
export type Shares = { readonly bars: number; readonly long: number; readonly short: number; readonly flat: number };

export type BiasGroup = Shares & { readonly kind: "symbol" | "regime" | "session" | "hour"; readonly name: string };

export type SizeHabit = {
  /** Intents to go long or short. */
  readonly asked: number;
  /** Shares of them whose size is at most 1 % and at least 99 %. */
  readonly least: number;
  readonly most: number;
};

export type BiasResult = {
  readonly evaluation: Evaluation;
  readonly all: Shares;
  readonly groups: readonly BiasGroup[];
  /** Shares of what is wanted: hold, flat, long, short. */
  readonly actions: Readonly<Record<"hold" | "flat" | "long" | "short", number>>;
  readonly sizes: SizeHabit;
  /** In the market turned upside down. */
  readonly mirrored: Shares;
  /**
   * Correlation of the sides in the market with the opposite sides in its mirror image: 1 for a policy that treats both
   * directions alike, -1 for one that is always on the same side.
   */
  readonly symmetry: number | null;
  /** Share of the variance of its side that the hour of the day explains, beyond what chance explains. */
  readonly explainedByHour: number;
  /** Most common side as a share of all bars. */
  readonly constant: number;
  /** Total return of holding everything long, and short, at the policy's mean exposure, without costs. */
  readonly alwaysLong: number | null;
  readonly alwaysShort: number | null;
};

export type BiasOptions = {
  readonly tape: MarketTape;
  readonly decision: DecisionConfig;
  readonly policyOn: (tape: MarketTape) => Promise<Policy> | Policy;
  readonly from: number;
  readonly to: number;
  readonly balance: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
};

const ENDS = 0.01;

/** Runs the policy on the market and on its mirror image. */
export async function analyzeBias(options: BiasOptions): Promise<BiasResult> {
  const { tape, decision, from, to, balance, seed, signal, onProgress, policyOn } = options;
  const sizes = { asked: 0, least: 0, most: 0 };
  const play = async (market: MarketTape, watch: boolean): Promise<BacktestResult> => {
    signal?.throwIfAborted();
    const policy = await policyOn(market);
    const watched = watch ? watchedSizes(policy, sizes) : policy;
    const run = { tape: market, policy: watched, config: decision, from, to, balance, seed };
    return backtest({
      ...run,
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  };
  const result = await play(tape, true);
  const mirror = await play(mirrored(tape), false);
  const side = sidesOf(result);
  const other = sidesOf(mirror);
  const { wanted } = result;
  const all = wanted.hold + wanted.flat + wanted.long + wanted.short;
  const share = (count: number): number => (all === 0 ? 0 : count / all);
  const total = sharesOf(side, () => true);
  const evaluation = evaluate(result);
  return {
    evaluation,
    all: total,
    groups: groupsOf(tape, result, side),
    actions: {
      hold: share(wanted.hold),
      flat: share(wanted.flat),
      long: share(wanted.long),
      short: share(wanted.short),
    },
    sizes: {
      asked: sizes.asked,
      least: sizes.asked === 0 ? 0 : sizes.least / sizes.asked,
      most: sizes.asked === 0 ? 0 : sizes.most / sizes.asked,
    },
    mirrored: sharesOf(other, () => true),
    symmetry: symmetryOf(side, other),
    explainedByHour: explainedByHour(result, side),
    constant: Math.max(total.long, total.short, total.flat),
    ...constantReturns(tape, evaluation),
  };
}

function watchedSizes(policy: Policy, sizes: { asked: number; least: number; most: number }): Policy {
  return {
    name: policy.name,
    reset: (context) => policy.reset(context),
    decide: async (context, intents) => {
      await policy.decide(context, intents);
      for (let s = 0; s < intents.size.length; s++) {
        if (intents.direction[s] !== Direction.long && intents.direction[s] !== Direction.short) continue;
        sizes.asked++;
        if (intents.size[s] <= ENDS) sizes.least++;
        if (intents.size[s] >= 1 - ENDS) sizes.most++;
      }
    },
  };
}

/** `[(rows - 2)*S]` side held at the close of each bar, the close-out left out. */
function sidesOf({ curve, instruments }: BacktestResult): Int8Array {
  const S = instruments.length;
  const rows = Math.max(0, curve.length - 2);
  return Int8Array.from({ length: rows * S }, (_, i) => Math.sign(curve.positions[i + S]));
}

function sharesOf(side: Int8Array, chosen: (cell: number) => boolean): Shares {
  let bars = 0;
  let long = 0;
  let short = 0;
  for (let cell = 0; cell < side.length; cell++) {
    if (!chosen(cell)) continue;
    bars++;
    if (side[cell] > 0) long++;
    else if (side[cell] < 0) short++;
  }
  const share = (count: number): number => (bars === 0 ? 0 : count / bars);
  return { bars, long: share(long), short: share(short), flat: share(bars - long - short) };
}

function groupsOf(tape: MarketTape, result: BacktestResult, side: Int8Array): BiasGroup[] {
  const { from, instruments } = result;
  const S = instruments.length;
  const regimes = regimesOf(tape, from, result.to);
  // Row 0 of the sides is the bar after the first decision.
  const openMs = (cell: number): number => tape.timeMs[from + 1 + Math.floor(cell / S)];
  const group = (kind: BiasGroup["kind"], name: string, chosen: (cell: number) => boolean): BiasGroup => ({
    kind,
    name,
    ...sharesOf(side, chosen),
  });
  return [
    ...instruments.map(({ symbol }, s) => group("symbol", symbol, (cell) => cell % S === s)),
    ...REGIMES.map((name, r) => group("regime", name, (cell) => regimes[cell + S] === r)),
    ...["Asia", "Europe", "US"].map((name) =>
      group("session", name, (cell) => sessionsAt(openMs(cell)).includes(name)),
    ),
    ...Array.from({ length: 24 }, (_, hour) => group("hour", String(hour), (cell) => hourOf(openMs(cell)) === hour)),
  ].filter(({ bars }) => bars > 0);
}

/** Null where either side never moves. */
function symmetryOf(side: Int8Array, other: Int8Array): number | null {
  const length = Math.min(side.length, other.length);
  let product = 0;
  let own = 0;
  let theirs = 0;
  for (let i = 0; i < length; i++) {
    product -= side[i] * other[i];
    own += side[i] * side[i];
    theirs += other[i] * other[i];
  }
  return own === 0 || theirs === 0 ? null : product / Math.sqrt(own * theirs);
}

/**
 * Correlation ratio of the side by hour and symbol, less what as many groups explain by chance (epsilon squared, Kelley,
 * 1935). Days count as the sample, since sides are held for many bars.
 */
function explainedByHour({ curve, instruments, barMs }: BacktestResult, side: Int8Array): number {
  const S = instruments.length;
  const groups = 24;
  let explained = 0;
  let total = 0;
  for (let s = 0; s < S; s++) {
    const sum = new Float64Array(groups);
    const count = new Float64Array(groups);
    let mean = 0;
    let bars = 0;
    for (let cell = s; cell < side.length; cell += S) {
      const hour = hourOf(curve.timeMs[Math.floor(cell / S) + 1] - barMs);
      sum[hour] += side[cell];
      count[hour]++;
      mean += side[cell];
      bars++;
    }
    if (bars === 0) continue;
    mean /= bars;
    for (let cell = s; cell < side.length; cell += S) total += (side[cell] - mean) ** 2;
    for (let hour = 0; hour < groups; hour++) {
      if (count[hour] > 0) explained += count[hour] * (sum[hour] / count[hour] - mean) ** 2;
    }
  }
  if (total === 0) return 0;
  const days = Math.max(2, ((curve.timeMs[curve.length - 1] - curve.timeMs[0]) / 86_400_000) * S);
  const ratio = explained / total;
  return Math.max(0, 1 - (1 - ratio) * (1 + 1 / days));
}

function constantReturns(
  tape: MarketTape,
  { result, statistics }: Evaluation,
): Pick<BiasResult, "alwaysLong" | "alwaysShort"> {
  const exposure = statistics.averageExposure ?? 0;
  if (exposure === 0) return { alwaysLong: null, alwaysShort: null };
  const S = tape.symbols;
  let long = 1;
  let short = 1;
  for (let bar = result.from + 1; bar < result.to; bar++) {
    let mean = 0;
    for (let s = 0; s < S; s++) {
      const before = tape.close[(bar - 1) * S + s];
      if (before > 0) mean += (tape.close[bar * S + s] / before - 1) / S;
    }
    long *= Math.max(0, 1 + exposure * mean);
    short *= Math.max(0, 1 - exposure * mean);
  }
  return { alwaysLong: long - 1, alwaysShort: short - 1 };
}
