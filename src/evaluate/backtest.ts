/**
 * @file The backtest: one account through the decision step and the simulated exchange that also train and paper-trade,
 * with everything written down.
 *
 * A decision at the close of bar t fills at the open of t+1. The first decision is made at the close of `from`, the last
 * at the close of `to - 2`; at the close of `to - 1` every position is closed out with all costs. After a liquidation
 * nothing more is decided and equity stays where it is.
 */
import { type Clock, formatMinute, type ProgressListener, systemClock, TidemarkError } from "../core/index.ts";
import type { MarketTape } from "../market/index.ts";
import type { Policy } from "../policy/index.ts";
import type { DecisionConfig, DecisionRecorder } from "../risk/index.ts";
import type { BacktestResult } from "./record.ts";
import { RecordedRun } from "./recorded-run.ts";
import type { TradeNotes } from "./trade-notes.ts";

export type BacktestOptions = {
  readonly tape: MarketTape;
  readonly policy: Policy;
  readonly config: DecisionConfig;
  /** First bar of a decision. Default: 0. */
  readonly from?: number;
  /** The bar after the last one played. Default: the end of the tape. */
  readonly to?: number;
  /** Initial balance, quote currency. */
  readonly balance: number;
  /** Seed of harsh mode's draws. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  /** Receives every sizing step and verdict: memory grows by 88 bytes a bar and symbol. Default: none. */
  readonly decisions?: DecisionRecorder;
  /** Receives the why of trades, for a report. Default: none. */
  readonly notes?: TradeNotes;
  readonly clock?: Clock;
};

/** Bars between two looks at the clock, and how long other work, such as Ctrl-C, may wait for a pause. */
const BARS_PER_LOOK = 256;
const PAUSE_EVERY_MS = 100;

/** Throws DATA_TOO_SHORT where the range has no two bars, and the signal's reason when it is aborted. */
export async function backtest(options: BacktestOptions): Promise<BacktestResult> {
  const { tape, policy, config, balance, seed, signal, onProgress, decisions, notes } = options;
  const clock = options.clock ?? systemClock;
  const { from, to } = checkedRange(options);
  signal?.throwIfAborted();

  const run = new RecordedRun({ tape, policy, config, balance, seed, rows: to - from, decisions, notes });
  await run.begin(from);
  let pausedMs = clock.elapsedMs();
  for (let bar = from; bar < to - 1; bar++) {
    const pending = run.decide(bar);
    if (pending instanceof Promise) await pending;
    run.play(bar, bar === to - 2);
    if ((bar - from + 1) % BARS_PER_LOOK === 0 && clock.elapsedMs() - pausedMs >= PAUSE_EVERY_MS) {
      onProgress?.({ label: policy.name, done: bar - from + 1, total: to - 1 - from, unit: "bars" });
      await clock.sleep(0, signal);
      pausedMs = clock.elapsedMs();
    }
  }
  onProgress?.({ label: policy.name, done: to - 1 - from, total: to - 1 - from, unit: "bars" });

  run.settle(to);
  return run.result({ from, to, dataFingerprint: tape.fingerprint });
}

function checkedRange({ tape, from = 0, to = tape.bars }: BacktestOptions): { from: number; to: number } {
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to <= tape.bars && to - from >= 2) {
    return { from, to };
  }
  const span =
    tape.bars === 0
      ? "an empty tape"
      : `a tape of ${tape.bars} bars from ${formatMinute(tape.timeMs[0])} to ${formatMinute(tape.timeMs[tape.bars - 1])}`;
  throw new TidemarkError("DATA_TOO_SHORT", {
    what: `A backtest needs at least two bars, was asked for bars ${from} to ${to} of ${span}`,
    fix: "Choose a longer range, or import more history.",
  });
}
