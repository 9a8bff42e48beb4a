/** @file Does a policy, or the simulator under it, decide by what has not happened? The future is changed, decisions must stay. */
import { Direction, formatMinute, type IntentColumns, type ProgressListener } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { DecisionContext, Policy } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { backtest } from "../backtest.ts";
import { barsText, checkOf, type Fault, type LeakCheck, skipped } from "./fault.ts";
import { spreadBars, withOtherFuture } from "./other-future.ts";

export type DecisionCheckOptions = {
  readonly tape: MarketTape;
  /** The policy on a tape, as it is made for a run of the bars `[from, to)`. */
  readonly policyOn: (tape: MarketTape, from: number, to: number) => Promise<Policy> | Policy;
  readonly decision: DecisionConfig;
  /** Bars that may be played. */
  readonly from: number;
  readonly to: number;
  readonly balance: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
};

const CUTS = 5;
const DECIDED_BARS = 200;
const DIRECTION_NAMES = Object.keys(Direction);
const NAME = "decisions and equity don't move with later bars";

type Row = { readonly bar: number; readonly intents: Float64Array; readonly equity: number };

/** Keeps what a policy wants and what it has, bar by bar. */
function watched(policy: Policy, rows: Row[]): Policy {
  return {
    name: policy.name,
    reset: (context) => policy.reset(context),
    decide: async (context: DecisionContext, intents: IntentColumns) => {
      const equity = context.exchange.book.equity[0];
      await policy.decide(context, intents);
      const { direction, size, stopDistance, targetDistance, trailDistance, maxBars, urgency } = intents;
      const columns = [direction, size, stopDistance, targetDistance, trailDistance, maxBars, urgency];
      rows.push({ bar: context.bar, intents: Float64Array.from(columns.flatMap((c) => [...c])), equity });
    },
  };
}

export async function checkDecisions(options: DecisionCheckOptions): Promise<LeakCheck> {
  const { tape, from, to, seed, signal, onProgress } = options;
  if (to - from < 8) return skipped(NAME, `${barsText(Math.max(0, to - from))} to decide in are too few`);
  const cuts = spreadBars(from + 2, to - 4, CUTS, seed);
  const faults: Fault[] = [];
  let compared = 0;
  for (const [i, cut] of cuts.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ label: "decisions", done: i, total: cuts.length, unit: "cuts" });
    const first = Math.max(from, cut - DECIDED_BARS);
    const ours = await decisionsOn(options, tape, first, cut + 3);
    const theirs = await decisionsOn(options, withOtherFuture(tape, cut, seed + i), first, cut + 3);
    for (const [row, { bar, intents, equity }] of ours.entries()) {
      if (bar > cut) break;
      compared++;
      const fault = differenceOf(tape, bar, cut, { intents, equity }, theirs[row]);
      if (fault === undefined) continue;
      faults.push(fault);
      break;
    }
  }
  return checkOf(NAME, `${compared} decisions, ${cuts.length} other futures`, faults);
}

async function decisionsOn(options: DecisionCheckOptions, tape: MarketTape, from: number, to: number): Promise<Row[]> {
  const { policyOn, decision, balance, seed } = options;
  const rows: Row[] = [];
  const policy = watched(await policyOn(tape, from, to), rows);
  await backtest({ tape, policy, config: decision, from, to, balance, seed });
  return rows;
}

/** Wanted size, below zero for short; a hold counts as nothing. */
function signedSize(intents: Float64Array, symbol: number, symbols: number): number {
  const side = intents[symbol] === Direction.long ? 1 : intents[symbol] === Direction.short ? -1 : 0;
  return side * intents[symbols + symbol];
}

function differenceOf(
  tape: MarketTape,
  bar: number,
  cut: number,
  ours: Omit<Row, "bar">,
  theirs: Row | undefined,
): Fault | undefined {
  if (theirs === undefined) return undefined;
  const at = `bar ${bar} (${formatMinute(tape.timeMs[bar])})`;
  const lead = barsText(cut - bar + 1);
  const S = tape.symbols;
  const moved = ours.intents.findIndex((value, i) => value !== theirs.intents[i]);
  if (moved >= 0) {
    const s = moved % S;
    const { symbol } = tape.instruments[s];
    const said = (row: Omit<Row, "bar">): string =>
      `${DIRECTION_NAMES[row.intents[s]]} ${row.intents[S + s].toFixed(3)}`;
    return {
      name: "decision",
      symbol,
      bar,
      timeMs: tape.timeMs[bar],
      size: Math.abs(signedSize(ours.intents, s, S) - signedSize(theirs.intents, s, S)),
      text: `The decision for ${symbol} at the close of ${at} changes with what happens at least ${lead} later: ${said(ours)} becomes ${said(theirs)}.`,
    };
  }
  if (ours.equity === theirs.equity) return undefined;
  return {
    name: "equity",
    bar,
    timeMs: tape.timeMs[bar],
    size: Math.abs(ours.equity - theirs.equity),
    text: `Equity at the close of ${at} changes with what happens at least ${lead} later: ${ours.equity} becomes ${theirs.equity}.`,
  };
}
