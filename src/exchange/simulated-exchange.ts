/**
 * @file The simulated exchange: N independent accounts on one tape. The same kernel trains, backtests and paper-trades.
 *
 * Time: an account at bar `t` is marked at `close(t)`. Orders placed there fill at `open(t+1)`. `openBar` plays that open
 * (funding, settlements, time stops, orders) and needs no more of the bar than its open, funding and presence; `closeBar` plays the
 * rest (brackets, liquidation, mark) and needs all of it. `advance` is both.
 */
import { FillReason, InvariantError, invariant, TidemarkError, WEEK_MS } from "../core/index.ts";
import { type MarketTape, markColumns } from "../market/index.ts";
import { type AccountBook, createAccountBook, resetAccount, settleOrder } from "./account-book.ts";
import { closeBar } from "./close-bar.ts";
import { type ColumnState, restoreColumns, saveColumns } from "./column-state.ts";
import { type ExchangeConfig, SlippageModel } from "./config.ts";
import { stopLevel } from "./exits.ts";
import { executeFill } from "./fill.ts";
import type { FillRecorder } from "./fill-recorder.ts";
import { type InstrumentTerms, instrumentTerms } from "./instrument-terms.ts";
import { checkAccount } from "./invariants.ts";
import { type Kernel, loadRates } from "./kernel.ts";
import { Liquidity } from "./liquidity.ts";
import { floorBalance, markEquity } from "./mark.ts";
import { openBar } from "./open-bar.ts";
import { AccountStatus, OrderOutcome } from "./outcome.ts";
import { drawKeys, slippageShare } from "./slippage.ts";
import type { TradeDesk } from "./trade-desk.ts";

export type SimulatedExchangeOptions = {
  /** A: accounts side by side; they never touch each other. */
  readonly accounts: number;
  /** Seed of the draws of harsh mode. */
  readonly seed: number;
  /** Receives every fill; none in training. */
  readonly recorder?: FillRecorder;
  /**
   * Number of the tape's row 0 in the whole history, where the tape is a stretch of it: chance draws and recorded fills
   * count from the beginning. Default: 0.
   */
  readonly firstBar?: number;
};

export class SimulatedExchange implements TradeDesk {
  readonly tape: MarketTape;
  readonly config: ExchangeConfig;
  /** Every number of every account, as columns. Read freely; only the exchange writes. */
  readonly book: AccountBook;
  readonly terms: InstrumentTerms;
  readonly liquidity: Liquidity;
  readonly #kernel: Kernel;

  /**
   * Throws CONFIG_VALUE where the square-root model has a symbol without volume, and DATA_ALIGNMENT where symbols are
   * quoted in several currencies and nothing converts them.
   */
  constructor(tape: MarketTape, config: ExchangeConfig, options: SimulatedExchangeOptions) {
    const { accounts, seed, recorder, firstBar = 0 } = options;
    invariant(Number.isInteger(accounts) && accounts > 0, `an exchange has accounts, was asked for ${accounts}`);
    invariant(Number.isSafeInteger(seed), `a seed is a whole number, was ${seed}`);
    // A later stretch of a history may be without trades.
    if (config.slippageModel === SlippageModel.squareRoot && firstBar === 0) checkVolumes(tape);
    checkCurrency(tape);
    this.tape = tape;
    this.config = config;
    this.book = createAccountBook(accounts, tape.symbols);
    this.terms = instrumentTerms(tape.instruments, config);
    this.liquidity = new Liquidity(tape);
    this.#kernel = {
      tape,
      mark: markColumns(tape),
      config,
      book: this.book,
      terms: this.terms,
      liquidity: this.liquidity,
      recorder,
      seed,
      firstBar,
      rate: new Float64Array(tape.symbols).fill(1),
      drawKey: drawKeys(tape.instruments.map(({ symbol }) => symbol)),
      settleAfterBars: settleAfter(tape, config),
      needed: new Float64Array(tape.symbols),
      wanted: new Float64Array(tape.symbols),
      traded: new Float64Array(tape.symbols),
      exitPrice: new Float64Array(tape.symbols),
      exitReason: new Uint8Array(tape.symbols),
      value: { unrealised: 0, worst: 0, maintenance: 0, margin: 0 },
    };
  }

  /** What the parts of this room work on; nobody outside sees it. */
  static kernelOf(exchange: SimulatedExchange): Kernel {
    return exchange.#kernel;
  }

  /**
   * The account as new, standing at the close of `bar` with `balance` in cash. `stream` selects its chance draws: they are
   * a pure function of seed, stream, bar and symbol, so that a run repeats exactly whatever other accounts do.
   */
  reset(account: number, bar: number, balance: number, stream: number = account): void {
    if (!(account >= 0 && account < this.book.accounts)) throw new InvariantError(`account ${account} exists`);
    if (!(bar >= 0 && bar < this.tape.bars))
      throw new InvariantError(`bar ${bar} lies within the tape's ${this.tape.bars}`);
    if (!(balance > 0 && balance < Number.POSITIVE_INFINITY))
      throw new InvariantError(`a balance is above zero, was ${balance}`);
    resetAccount(this.book, account, bar, balance, stream);
  }

  order(
    account: number,
    symbol: number,
    targetLots: number,
    stopDistance: number,
    targetDistance: number,
    trailDistance: number,
    maxBars: number,
    urgency: number,
  ): void {
    const book = this.book;
    const row = account * book.symbols + symbol;
    const checksum = targetLots + stopDistance + targetDistance + trailDistance + urgency;
    if (checksum - checksum !== 0 || stopDistance < 0 || targetDistance < 0 || trailDistance < 0) {
      throw new InvariantError(
        `an order is finite and its distances are not below zero, was ${[targetLots, stopDistance, targetDistance, trailDistance, urgency].join(", ")}`,
        `account ${account}, ${this.tape.instruments[symbol].symbol}, bar ${book.bar[account]}`,
      );
    }
    if (book.status[account] !== AccountStatus.active) {
      book.outcome[row] = OrderOutcome.refusedLiquidated;
      return;
    }
    if (book.pending[row] === 0) {
      book.pending[row] = 1;
      book.pendingCount[account]++;
    }
    // Adding 0 turns a negative zero into zero.
    book.pendingLots[row] = Math.trunc(targetLots) + 0;
    book.pendingStopDistance[row] = stopDistance;
    book.pendingTargetDistance[row] = targetDistance;
    book.pendingTrailDistance[row] = trailDistance;
    book.pendingMaxBars[row] = maxBars;
    book.pendingUrgency[row] = Math.min(1, Math.max(0, urgency));
  }

  /** Takes back an order that waits for the next open. */
  cancel(account: number, symbol: number): void {
    const row = account * this.book.symbols + symbol;
    if (this.book.pending[row] === 1) settleOrder(this.book, account, row, OrderOutcome.none);
  }

  /** Where the position would be stopped in the next bar: the tightest of its stops, 0 for none. */
  stopLevel(account: number, symbol: number): number {
    const row = account * this.book.symbols + symbol;
    return this.book.lots[row] === 0 ? 0 : stopLevel(this.#kernel, row, symbol);
  }

  /** Funding on what is held, settlements, time stops, then the orders, all at the open of the next bar. */
  openBar(account: number): void {
    openBar(this.#kernel, account);
  }

  /** Brackets, liquidation and the mark at the close of the bar that was opened; the account then stands there. */
  closeBar(account: number): AccountStatus {
    const status = closeBar(this.#kernel, account);
    if (this.config.checked) checkAccount(this.#kernel, account);
    return status;
  }

  /** One whole bar. */
  advance(account: number): AccountStatus {
    openBar(this.#kernel, account);
    return this.closeBar(account);
  }

  /**
   * Ends an episode or a backtest: takes back every order and closes every position at the close where the account
   * stands, with all costs.
   */
  closeOut(account: number): void {
    const { book, tape } = this;
    const bar = book.bar[account];
    if (book.opened[account] === 1)
      throw new InvariantError("an account is closed out at a close", `account ${account}`);
    loadRates(this.#kernel, bar);
    for (let s = 0; s < tape.symbols; s++) {
      const row = account * tape.symbols + s;
      this.cancel(account, s);
      const lots = book.lots[row];
      if (lots === 0) continue;
      const price = tape.close[bar * tape.symbols + s];
      const share = slippageShare(this.#kernel, account, s, bar, Math.abs(lots), price, FillReason.final);
      executeFill(this.#kernel, account, s, bar, -lots, price, share, FillReason.final);
    }
    book.marginUsed[account] = 0;
    floorBalance(this.#kernel, account);
    markEquity(this.#kernel, account, book.balance[account]);
    if (this.config.checked) checkAccount(this.#kernel, account);
  }

  /** Every number of every account as plain JSON, for a checkpoint. */
  state(): ColumnState {
    return saveColumns(this.book);
  }

  /**
   * Continues from a checkpoint of an exchange of the same shape.
   * @param moved rows by which this tape begins later than the one on which the state was taken
   */
  restore(state: ColumnState, moved = 0): void {
    restoreColumns(this.book, state);
    this.#shift(moved);
  }

  /** The tape's rows have moved down by `bars`, in their own columns: the accounts go on where they stand. */
  moved(bars: number): void {
    this.#kernel.firstBar += bars;
    this.liquidity.moved(bars);
    this.#shift(bars);
  }

  #shift(moved: number): void {
    const { book } = this;
    if (moved === 0) return;
    for (let account = 0; account < book.accounts; account++) book.bar[account] -= moved;
    for (let row = 0; row < book.lots.length; row++) {
      if (book.lots[row] !== 0) book.entryBar[row] -= moved;
      // A fill before the tape says no more than that it is long ago.
      if (book.lastFillBar[row] >= 0) book.lastFillBar[row] = Math.max(-1, book.lastFillBar[row] - moved);
    }
  }
}

/** Bars without a bar after which a position is settled. */
function settleAfter(tape: MarketTape, { settleAfterBars }: ExchangeConfig): number {
  if (settleAfterBars === 0) return Number.POSITIVE_INFINITY;
  return settleAfterBars ?? Math.max(2, Math.ceil(WEEK_MS / tape.barMs));
}

/** Money of two currencies is never added up. */
function checkCurrency({ instruments, currency, rate }: MarketTape): void {
  const foreign = instruments.filter(({ quote }) => quote !== currency);
  if (foreign.length === 0 || rate !== undefined) return;
  throw new TidemarkError("DATA_ALIGNMENT", {
    what: `The account is kept in ${currency}, and ${foreign.map(({ symbol, quote }) => `${symbol} is quoted in ${quote}`).join(", ")}`,
    fix: "Load the symbols together with pairs that convert their quotes, or trade them apart.",
  });
}

/** The square-root model can say nothing about a symbol whose volume is never known. */
function checkVolumes(tape: MarketTape): void {
  for (let s = 0; s < tape.symbols; s++) {
    let bars = 0;
    let traded = false;
    for (let t = 0; t < tape.bars && !traded; t++) {
      bars += tape.present[t * tape.symbols + s];
      traded = tape.volume[t * tape.symbols + s] > 0;
    }
    if (bars > 0 && !traded) {
      throw new TidemarkError("CONFIG_VALUE", {
        what: `The "square-root" slippage model needs volumes, and ${tape.instruments[s].symbol} has none`,
        where: "exchange.slippageModel",
        fix: 'Use "fixed" or "linear", or data with volumes.',
      });
    }
  }
}
