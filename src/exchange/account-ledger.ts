/**
 * @file An account whose fills happen elsewhere: the same book, terms and arithmetic as the simulated exchange, told what was
 * filled instead of finding it out. After the same fills every column is equal, to the last bit.
 */
import type { MarketTape } from "../market/index.ts";
import { type AccountBook, settleOrder } from "./account-book.ts";
import type { ExchangeConfig } from "./config.ts";
import { attachBrackets, bookFill } from "./fill.ts";
import type { InstrumentTerms } from "./instrument-terms.ts";
import { type Kernel, loadRates } from "./kernel.ts";
import type { Liquidity } from "./liquidity.ts";
import { floorBalance, markEquity } from "./mark.ts";
import { AccountStatus, OrderOutcome } from "./outcome.ts";
import { SimulatedExchange } from "./simulated-exchange.ts";
import type { TradeDesk } from "./trade-desk.ts";
import { valuePositions } from "./valuation.ts";

/** Outcomes after which the order's distances are the position's brackets. */
const ATTACHES: ReadonlySet<OrderOutcome> = new Set([
  OrderOutcome.filled,
  OrderOutcome.amended,
  OrderOutcome.clampedByMargin,
  OrderOutcome.clampedByVolume,
  OrderOutcome.partial,
]);

export class AccountLedger implements TradeDesk {
  readonly tape: MarketTape;
  readonly book: AccountBook;
  readonly terms: InstrumentTerms;
  readonly liquidity: Liquidity;
  /** Keeps the books and is never advanced: what its bars would do is told. */
  readonly #exchange: SimulatedExchange;
  readonly #kernel: Kernel;

  constructor(tape: MarketTape, config: ExchangeConfig) {
    this.#exchange = new SimulatedExchange(tape, config, { accounts: 1, seed: 0 });
    this.#kernel = SimulatedExchange.kernelOf(this.#exchange);
    this.tape = tape;
    this.book = this.#exchange.book;
    this.terms = this.#exchange.terms;
    this.liquidity = this.#exchange.liquidity;
  }

  /** The tape's rows have moved down by `bars`. */
  moved(bars: number): void {
    this.#exchange.moved(bars);
  }

  /** The account as new, standing at the close of `bar`. */
  reset(bar: number, balance: number): void {
    this.#exchange.reset(0, bar, balance);
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
    this.#exchange.order(account, symbol, targetLots, stopDistance, targetDistance, trailDistance, maxBars, urgency);
  }

  /** The bar after the one that the account stands at has begun: what happens now happens in it. */
  open(): void {
    const { book, tape } = this;
    book.opened[0] = 1;
    loadRates(this.#kernel, book.bar[0]);
    const firstCell = (book.bar[0] + 1) * tape.symbols;
    for (let s = 0; s < book.symbols; s++) {
      book.openFunding[s] = 0;
      book.withinFunding[s] = 0;
      if (book.lots[s] !== 0) book.absentBars[s] = tape.present[firstCell + s] === 1 ? 0 : book.absentBars[s] + 1;
    }
  }

  /** A fill of the running bar: `lots` signed, at its final price and fee. Never through zero: a reversal is two fills. */
  fill(symbol: number, lots: number, price: number, fee: number): void {
    const held = this.book.lots[symbol];
    if (held * lots < 0 && Math.abs(lots) > Math.abs(held)) {
      const share = Math.abs(held) / Math.abs(lots);
      this.fill(symbol, -held, price, fee * share);
      this.fill(symbol, lots + held, price, fee * (1 - share));
      return;
    }
    bookFill(this.#kernel, 0, symbol, this.#runningBar(), lots, price, fee);
  }

  /** Funding of the running bar, at its open or inside it: received above zero. */
  fund(symbol: number, received: number, within: boolean): void {
    const { book } = this;
    book.funding[0] += received;
    book.balance[0] += received;
    book.netProfit[symbol] += received;
    (within ? book.withinFunding : book.openFunding)[symbol] += received;
  }

  /** What became of the symbol's order; its brackets become the position's where it took effect. */
  settle(symbol: number, outcome: OrderOutcome): void {
    const { book } = this;
    if (book.pending[symbol] === 0) return;
    // What is left of a position that was to be closed or turned keeps the brackets that it has.
    const isKept = book.lots[symbol] * book.pendingLots[symbol] > 0;
    if (isKept && ATTACHES.has(outcome)) attachBrackets(this.#kernel, symbol);
    settleOrder(book, 0, symbol, outcome);
  }

  #liquidate(): void {
    const { book } = this;
    for (let s = 0; s < book.symbols; s++) this.settle(s, OrderOutcome.refusedLiquidated);
    book.status[0] = AccountStatus.liquidated;
    book.marginUsed[0] = 0;
    floorBalance(this.#kernel, 0);
    markEquity(this.#kernel, 0, book.balance[0]);
  }

  /**
   * The running bar is over: the account stands at its close. Where the venue has closed everything for lack of margin
   * (`liquidated`), it trades no more.
   */
  close(liquidated: boolean): void {
    const { book, tape } = this;
    book.opened[0] = 0;
    const bar = ++book.bar[0];
    if (book.status[0] !== AccountStatus.active) return;
    if (liquidated) return this.#liquidate();
    for (let s = 0; s < book.symbols; s++) {
      const lots = book.lots[s];
      const cell = bar * tape.symbols + s;
      if (lots === 0 || tape.present[cell] === 0) continue;
      const best = lots > 0 ? tape.high[cell] : tape.low[cell];
      if (lots > 0 ? best > book.trailExtreme[s] : best < book.trailExtreme[s]) book.trailExtreme[s] = best;
    }
    valuePositions(this.#kernel, 0, bar);
    book.marginUsed[0] = this.#kernel.value.margin;
    markEquity(this.#kernel, 0, book.balance[0] + this.#kernel.value.unrealised);
  }

  /** Everything was closed at the close where the account stands. */
  closedOut(): void {
    this.book.marginUsed[0] = 0;
    floorBalance(this.#kernel, 0);
    markEquity(this.#kernel, 0, this.book.balance[0]);
  }

  #runningBar(): number {
    return this.book.bar[0] + (this.book.opened[0] === 1 ? 1 : 0);
  }
}
