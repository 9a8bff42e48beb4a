/** @file Rows to learn from: the features of a bar beside the answer, its weight, and the bars that the answer knows. */
import { invariant, TidemarkError } from "../../core/index.ts";
import { type FeatureTape, firstFinalRows } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { baseSide, RollingVolatility, type SideOf } from "../../policy/index.ts";
import type { LabelSettings } from "./label-settings.ts";
import { type BarrierSettings, forwardReturn, type LabelSpan, type Prices, tripleBarrier } from "./labels.ts";
import { concurrency, uniqueness } from "./weights.ts";

/** In the order of time, the symbols of a bar one after the other. */
export type Dataset = {
  /** Columns: the features, and for "meta" the side of the base behind them. */
  readonly features: number;
  /** `[rows*F]` normalized. */
  readonly x: Float32Array;
  /** `[rows]` bar of the decision, symbol, last bar that the answer knows. */
  readonly bar: Int32Array;
  readonly symbol: Int32Array;
  readonly knownAt: Int32Array;
  /** `[rows]` log return of the answer, and what a bar ordinarily moves when it is decided. */
  readonly logReturn: Float64Array;
  readonly sigma: Float64Array;
  /** `[rows]` of "barrier": -1, 0 or 1. */
  readonly touched: Int8Array;
  /** `[rows]` of "meta": side of the base, and log return of its trade over the horizon less a round trip's cost; else 0. */
  readonly side: Int8Array;
  readonly net: Float64Array;
  /** `[rows]` share of its bars that the answer has for itself. */
  readonly uniqueness: Float64Array;
  /** `[rows]` day, by UTC. */
  readonly day: Int32Array;
};

const DAY_MS = 86_400_000;

/** Decisions in `[from, to)` whose answer is known in or before bar `until - 1`. */
export type DecisionRange = { readonly from: number; readonly to: number; readonly until: number };

/**
 * Rows whose decision lies in `[from, to)` and whose answer is known in or before bar `until - 1`. A row without an
 * answer, before its features are final, or in which the base has no side, is left out. Of several ranges, rising and apart,
 * the rows come one after the other.
 * @param costBps `[S]` of a round trip: what the base's trade must earn
 * @param sideOf of a base that is a model
 * Throws DATA_TOO_SHORT where none is left.
 */
export function makeDataset(
  tape: MarketTape,
  features: FeatureTape,
  label: LabelSettings,
  range: DecisionRange | readonly DecisionRange[],
  costBps: readonly number[],
  sideOf?: SideOf,
): Dataset {
  const ranges = "from" in range ? [range] : range;
  const answers = answersOf(tape, features, label, ranges, sideOf ?? ruleSides(label, tape));
  if (answers.length === 0) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `No bar from ${ranges[0].from} to ${ranges[ranges.length - 1].to} has an answer ${label.horizon} bars ahead`,
      where: `${tape.bars} bars`,
      fix: "Give more history or a shorter horizon.",
    });
  }
  const { features: read, symbols, fromBar, values } = features;
  const width = label.base === undefined ? read : read + 1;
  const n = answers.length;
  const x = new Float32Array(n * width);
  for (const [i, { bar, symbol, side }] of answers.entries()) {
    const at = ((bar - fromBar) * symbols + symbol) * read;
    x.set(values.subarray(at, at + read), i * width);
    if (label.base !== undefined) x[i * width + read] = side;
  }
  const unique = new Float64Array(n);
  for (let s = 0; s < symbols; s++) {
    const own = answers.flatMap((answer, i) => (answer.symbol === s ? [i] : []));
    const spans = own.map((i) => answers[i]);
    const shares = uniqueness(spans, concurrency(spans, tape.bars));
    for (const [k, i] of own.entries()) unique[i] = shares[k];
  }
  return {
    features: width,
    x,
    bar: Int32Array.from(answers, ({ bar }) => bar),
    symbol: Int32Array.from(answers, ({ symbol }) => symbol),
    knownAt: Int32Array.from(answers, ({ to }) => to),
    logReturn: Float64Array.from(answers, ({ logReturn }) => logReturn),
    sigma: Float64Array.from(answers, ({ sigma }) => sigma),
    touched: Int8Array.from(answers, ({ touched }) => touched),
    side: Int8Array.from(answers, ({ side }) => side),
    net: Float64Array.from(answers, ({ side, logReturn, symbol }) =>
      side === 0 ? 0 : side * logReturn - costBps[symbol] * 1e-4,
    ),
    uniqueness: unique,
    day: Int32Array.from(answers, ({ bar }) => Math.floor(tape.timeMs[bar] / DAY_MS)),
  };
}

type Answer = LabelSpan & {
  readonly bar: number;
  readonly symbol: number;
  readonly logReturn: number;
  readonly sigma: number;
  readonly touched: -1 | 0 | 1;
  readonly side: -1 | 0 | 1;
};

function answersOf(
  tape: MarketTape,
  features: FeatureTape,
  label: LabelSettings,
  ranges: readonly DecisionRange[],
  sideOf: SideOf,
): Answer[] {
  const final = firstFinalRows(features, tape);
  const volatility = new RollingVolatility(tape.symbols);
  const answers: Answer[] = [];
  for (const { from, to, until } of ranges) {
    const prices = Array.from({ length: tape.symbols }, (_, s) => pricesOf(tape, s, until));
    for (let bar = from; bar < to; bar++) {
      volatility.feedTo(tape, bar);
      for (let symbol = 0; symbol < tape.symbols; symbol++) {
        const sigma = volatility.of(symbol);
        if (tape.present[bar * tape.symbols + symbol] === 0 || !(sigma > 0) || bar - features.fromBar < final[symbol])
          continue;
        const answer = answerAt(prices[symbol], bar, sigma, label);
        if (answer === undefined || answer.to >= until) continue;
        // A return of nothing has no sign.
        if (label.kind === "sign" && answer.logReturn === 0) continue;
        const side = sideOf(bar, symbol);
        if (label.base !== undefined && side === 0) continue;
        answers.push({ ...answer, bar, symbol, sigma, side });
      }
    }
  }
  return answers;
}

/** Sides by the rule of the label; none without a base. */
function ruleSides({ base }: LabelSettings, tape: MarketTape): SideOf {
  if (base === undefined) return () => 0;
  invariant(base.kind !== "model", "the sides of a model are given");
  return (bar, symbol) => baseSide(base, tape, bar, symbol);
}

function answerAt(
  prices: Prices,
  bar: number,
  sigma: number,
  { kind, horizon, upper, lower }: LabelSettings,
): Omit<Answer, "bar" | "symbol" | "sigma" | "side"> | undefined {
  if (kind !== "barrier") {
    const found = forwardReturn(prices, bar, horizon);
    return found === undefined ? undefined : { ...found, touched: 0 };
  }
  const barrier: BarrierSettings = { upper, lower, bars: horizon };
  const found = tripleBarrier(prices, bar, sigma, barrier);
  if (found === undefined) return undefined;
  return { from: found.from, to: found.to, logReturn: Math.log(found.exit / found.entry), touched: found.label };
}

/** A symbol's prices before `until`; where it has no bar there is no price to trade at. */
function pricesOf({ symbols, present, ...tape }: MarketTape, symbol: number, until: number): Prices {
  const column = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: until }, (_, t) =>
      present[t * symbols + symbol] === 1 ? values[t * symbols + symbol] : Number.NaN,
    );
  return { open: column(tape.open), high: column(tape.high), low: column(tape.low), close: column(tape.close) };
}
