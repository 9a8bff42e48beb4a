/**
 * @file One account through the decision step and the simulated exchange, everything written down. The backtest of a tape
 * and that of a history which is streamed through a window drive the same object.
 */
import { clearIntents, type IntentColumns, intentColumns } from "../core/index.ts";
import { AccountStatus, FillRecorder, SimulatedExchange } from "../exchange/index.ts";
import type { MarketTape } from "../market/index.ts";
import { type DecisionContext, DeskView, type Policy } from "../policy/index.ts";
import { type DecisionConfig, DecisionLog, type DecisionRecorder, DecisionStep } from "../risk/index.ts";
import { EquityRecorder } from "./equity-recorder.ts";
import { EventCounter } from "./event-counter.ts";
import { FundingCounter } from "./funding-coverage.ts";
import type { BacktestResult } from "./record.ts";
import type { TradeNotes } from "./trade-notes.ts";
import { TradeBuilder } from "./trades.ts";

export type RunOptions = {
  readonly tape: MarketTape;
  readonly policy: Policy;
  readonly config: DecisionConfig;
  readonly balance: number;
  readonly seed: number;
  /** Rows of the account's curve that are expected; it grows beyond them. */
  readonly rows: number;
  /** Number of the tape's row 0 in the whole history. Default: 0. */
  readonly firstBar?: number;
  readonly decisions?: DecisionRecorder | undefined;
  readonly notes?: TradeNotes | undefined;
};

/** One recorder that tells two. */
function both(first: DecisionRecorder, second: DecisionRecorder): DecisionRecorder {
  return {
    decided: (...row) => {
      first.decided(...row);
      second.decided(...row);
    },
  };
}

type Place = { readonly exchange: SimulatedExchange; readonly step: DecisionStep };

export class RecordedRun {
  /** The tape at hand: the whole history, or a stretch of it. */
  tape: MarketTape;
  /** Number of the tape's row 0 in the whole history. */
  firstBar: number;
  readonly #options: RunOptions;
  readonly #recorder: FillRecorder;
  readonly #intents: IntentColumns;
  readonly #permissions: Uint8Array;
  readonly #events: EventCounter;
  readonly #curve: EquityRecorder;
  readonly #trades = new TradeBuilder();
  readonly #coverage: FundingCounter;
  /** The decisions of one bar, where the why of trades is kept. */
  readonly #log = new DecisionLog();
  #place: Place;
  #context: DecisionContext;
  #status: AccountStatus = AccountStatus.active;
  /** Fills that are part of the trades already, and those among all that had no bar. */
  #settled = 0;
  #closedWithoutBar = 0;
  /** First bar, in the whole history, whose funding has not been counted. */
  #covered = 0;

  constructor(options: RunOptions) {
    const { tape } = options;
    this.tape = tape;
    this.firstBar = options.firstBar ?? 0;
    this.#options = options;
    this.#recorder = new FillRecorder(tape.barMs);
    this.#intents = intentColumns(tape.symbols);
    this.#permissions = new Uint8Array(tape.symbols);
    this.#place = this.#onTape();
    this.#context = this.#contextAt(0);
    this.#events = new EventCounter(this.#place.exchange, this.#place.step);
    this.#events.follow(this.#place.exchange, this.#place.step, this.firstBar);
    this.#curve = new EquityRecorder(this.#place.exchange, 0, options.rows);
    this.#coverage = new FundingCounter(tape);
  }

  #onTape(): Place {
    const { config, seed, decisions, notes } = this.#options;
    // Every invariant of the ledger is asserted after every bar of a recorded run.
    const exchange = new SimulatedExchange(
      this.tape,
      { ...config.exchange, checked: true },
      { accounts: 1, seed, recorder: this.#recorder, firstBar: this.firstBar },
    );
    const recorder = notes === undefined ? decisions : decisions === undefined ? this.#log : both(decisions, this.#log);
    const recording = recorder === undefined ? {} : { recorder };
    return { exchange, step: new DecisionStep(exchange, config.sizing, config.risk, recording) };
  }

  #contextAt(bar: number): DecisionContext {
    const { exchange } = this.#place;
    const desk = new DeskView(exchange, 0);
    const { tape, firstBar } = this;
    return { tape, desk, exchange, account: 0, bar, firstBar, permissions: this.#permissions };
  }

  /** The account as new at the close of row `from`. */
  async begin(from: number): Promise<void> {
    const { policy, balance } = this.#options;
    this.#place.exchange.reset(0, from, balance);
    this.#covered = this.firstBar + from + 1;
    this.#context.bar = from;
    this.#permit();
    await policy.reset(this.#context);
    this.#curve.write(from);
  }

  #permit(): void {
    const { step } = this.#place;
    for (let s = 0; s < this.#permissions.length; s++) this.#permissions[s] = step.permissions(0, s);
  }

  /** What the policy wants at the close of row `bar`. A promise is to be awaited before `play`. */
  decide(bar: number): void | Promise<void> {
    if (this.#status !== AccountStatus.active) return;
    this.#context.bar = bar;
    this.#permit();
    clearIntents(this.#intents);
    return this.#options.policy.decide(this.#context, this.#intents);
  }

  /** The bar after row `bar`, at whose close everything is closed out where it is the last. */
  play(bar: number, last: boolean): void {
    const { exchange, step } = this.#place;
    const { notes, policy } = this.#options;
    if (this.#status === AccountStatus.active) {
      this.#events.decided(this.#intents.direction);
      step.apply(0, this.#intents);
      if (notes !== undefined) {
        notes.decided(policy, exchange, this.#log);
        this.#log.clear();
      }
      this.#events.beforeBar();
      this.#status = exchange.advance(0);
      this.#events.afterBar();
      notes?.played(exchange, bar + 1);
    } else {
      exchange.advance(0);
    }
    if (last) exchange.closeOut(0);
    this.#curve.write(bar + 1);
  }

  /** Makes trades of the fills so far; every row before `toBar` has been played, and may not be seen again. */
  settle(toBar: number): void {
    const { tape, firstBar } = this;
    const fills = Array.from({ length: this.#recorder.count - this.#settled }, (_, i) =>
      this.#recorder.fill(this.#settled + i),
    );
    this.#settled = this.#recorder.count;
    for (const { bar, symbol } of fills) {
      if (tape.present[(bar - firstBar) * tape.symbols + symbol] === 0) this.#closedWithoutBar++;
    }
    const prices = {
      symbols: tape.symbols,
      instruments: tape.instruments,
      high: tape.high,
      low: tape.low,
      ...(tape.rate === undefined ? {} : { rate: tape.rate }),
      firstBar,
    };
    this.#trades.add(fills, this.#events.funding, prices);
    this.#events.funding = [];
    this.#trades.leave(prices, firstBar + toBar);
    this.#coverage.add(tape, this.#covered - firstBar, toBar);
    this.#covered = firstBar + toBar;
  }

  /** Goes on where the account stands on another stretch of the history, which begins `bars` later. */
  moveTo(tape: MarketTape, bars: number): void {
    const { exchange, step } = this.#place;
    const book = exchange.state();
    const decisions = step.state();
    this.tape = tape;
    this.firstBar += bars;
    this.#place = this.#onTape();
    this.#place.exchange.restore(book, bars);
    this.#place.step.restore(decisions);
    this.#context = this.#contextAt(0);
    this.#events.follow(this.#place.exchange, this.#place.step, this.firstBar);
    this.#curve.follow(this.#place.exchange);
    this.#options.policy.moved?.(bars);
  }

  /** @param run the first decision and the end, in bars of the whole history */
  result(run: { readonly from: number; readonly to: number; readonly dataFingerprint: string }): BacktestResult {
    const { policy, config, balance, seed } = this.#options;
    const { book } = this.#place.exchange;
    const { tape } = this;
    return {
      name: policy.name,
      instruments: tape.instruments,
      currency: tape.currency,
      timeframe: tape.timeframe,
      barMs: tape.barMs,
      from: run.from,
      to: run.to,
      initialBalance: balance,
      finalEquity: book.equity[0],
      seed,
      curve: this.#curve.curve(),
      fills: this.#recorder.fills(0),
      trades: this.#trades.trades,
      fees: book.fees[0],
      funding: book.funding[0],
      slippage: this.#recorder.totalSlippage(0),
      shortfall: book.shortfall[0],
      refusals: this.#events.refusals(),
      wanted: this.#events.wanted(),
      halts: this.#events.halts(),
      closedWithoutBar: this.#closedWithoutBar,
      liquidated: this.#status !== AccountStatus.active,
      fundingCoverage: this.#coverage.coverage(),
      tradeHash: this.#recorder.tradeHash(0),
      dataFingerprint: run.dataFingerprint,
      synthetic: tape.instruments.some((instrument) => instrument.synthetic),
      config,
    };
  }
}
