/**
 * @file The backtest: one account through the decision step and the simulated exchange that also train and paper-trade,
 * with everything written down.
 *
 * A decision at the close of bar t fills at the open of t+1. The first decision is made at the close of `from`, the last
 * at the close of `to - 2`; at the close of `to - 1` every position is closed out with all costs. After a liquidation
 * nothing more is decided and equity stays where it is.
 */
import {
  type Clock,
  clearIntents,
  formatMinute,
  intentColumns,
  type ProgressListener,
  systemClock,
  TidemarkError,
} from "../core/index.ts";
import { AccountStatus, FillRecorder, SimulatedExchange } from "../exchange/index.ts";
import type { MarketTape } from "../market/index.ts";
import { type DecisionContext, DeskView, type Policy } from "../policy/index.ts";
import { type DecisionConfig, type DecisionRecorder, DecisionStep } from "../risk/index.ts";
import { EquityRecorder } from "./equity-recorder.ts";
import { EventCounter } from "./event-counter.ts";
import { fundingCoverage } from "./funding-coverage.ts";
import type { BacktestResult } from "./record.ts";
import { reconstructTrades } from "./trades.ts";

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
  readonly clock?: Clock;
};

/** Bars between two looks at the clock, and how long other work, such as Ctrl-C, may wait for a pause. */
const BARS_PER_LOOK = 256;
const PAUSE_EVERY_MS = 100;

/** Throws DATA_TOO_SHORT where the range has no two bars, and the signal's reason when it is aborted. */
export async function backtest(options: BacktestOptions): Promise<BacktestResult> {
  const { tape, policy, config, balance, seed, signal, onProgress, decisions } = options;
  const clock = options.clock ?? systemClock;
  const { from, to } = checkedRange(options);
  signal?.throwIfAborted();

  const recorder = new FillRecorder(tape.barMs);
  // Every invariant of the ledger is asserted after every bar of a recorded run.
  const exchange = new SimulatedExchange(tape, { ...config.exchange, checked: true }, { accounts: 1, seed, recorder });
  const step = new DecisionStep(
    exchange,
    config.sizing,
    config.risk,
    decisions === undefined ? {} : { recorder: decisions },
  );
  const intents = intentColumns(tape.symbols);
  const permissions = new Uint8Array(tape.symbols);
  const desk = new DeskView(exchange, 0);
  const context: DecisionContext = { tape, desk, exchange, account: 0, bar: from, permissions };
  const curve = new EquityRecorder(exchange, 0, to - from);
  const events = new EventCounter(exchange, step);

  exchange.reset(0, from, balance);
  for (let s = 0; s < tape.symbols; s++) permissions[s] = step.permissions(0, s);
  await policy.reset(context);
  curve.write(from);
  let status: AccountStatus = AccountStatus.active;
  let pausedMs = clock.elapsedMs();
  for (let bar = from; bar < to - 1; bar++) {
    if (status === AccountStatus.active) {
      context.bar = bar;
      for (let s = 0; s < tape.symbols; s++) permissions[s] = step.permissions(0, s);
      clearIntents(intents);
      const pending = policy.decide(context, intents);
      if (pending instanceof Promise) await pending;
      events.decided(intents.direction);
      step.apply(0, intents);
      events.beforeBar();
      status = exchange.advance(0);
      events.afterBar();
    } else {
      exchange.advance(0);
    }
    if (bar === to - 2) exchange.closeOut(0);
    curve.write(bar + 1);
    if ((bar - from + 1) % BARS_PER_LOOK === 0 && clock.elapsedMs() - pausedMs >= PAUSE_EVERY_MS) {
      onProgress?.({ label: policy.name, done: bar - from + 1, total: to - 1 - from, unit: "bars" });
      await clock.sleep(0, signal);
      pausedMs = clock.elapsedMs();
    }
  }
  onProgress?.({ label: policy.name, done: to - 1 - from, total: to - 1 - from, unit: "bars" });

  const fills = recorder.fills(0);
  const { book } = exchange;
  return {
    name: policy.name,
    instruments: tape.instruments,
    currency: tape.currency,
    timeframe: tape.timeframe,
    barMs: tape.barMs,
    from,
    to,
    initialBalance: balance,
    finalEquity: book.equity[0],
    seed,
    curve: curve.curve(),
    fills,
    trades: reconstructTrades(fills, events.funding, tape),
    fees: book.fees[0],
    funding: book.funding[0],
    slippage: recorder.totalSlippage(0),
    shortfall: book.shortfall[0],
    refusals: events.refusals(),
    wanted: events.wanted(),
    closedWithoutBar: fills.filter(({ bar, symbol }) => tape.present[bar * tape.symbols + symbol] === 0).length,
    liquidated: status !== AccountStatus.active,
    fundingCoverage: fundingCoverage(tape, from, to),
    tradeHash: recorder.tradeHash(0),
    dataFingerprint: tape.fingerprint,
    synthetic: tape.instruments.some((instrument) => instrument.synthetic),
    config,
  };
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
