/** @file What a rule may know of its own account: figures to read, and nothing to change. */
import type { TradeDesk } from "../exchange/index.ts";
import { isUnfinished } from "./unfinished.ts";

/** One account's side of a desk, at the close of the bar that is decided. Symbols are numbered as on the tape. */
export class DeskView {
  readonly #desk: Pick<TradeDesk, "book" | "terms">;
  readonly #account: number;

  constructor(desk: Pick<TradeDesk, "book" | "terms">, account: number) {
    this.#desk = desk;
    this.#account = account;
  }

  #row(symbol: number): number {
    return this.#account * this.#desk.book.symbols + symbol;
  }

  /** What the account is worth: money and the profit of open positions, quote currency. */
  get equity(): number {
    return this.#desk.book.equity[this.#account];
  }

  /** Money without the profit of open positions, quote currency. */
  get balance(): number {
    return this.#desk.book.balance[this.#account];
  }

  /** Equity at the start of the run, quote currency. */
  get initialBalance(): number {
    return this.#desk.book.initialBalance[this.#account];
  }

  /** Share of the highest equity that is lost, in [0, 1]. */
  get drawdown(): number {
    return this.#desk.book.drawdown[this.#account];
  }

  /** Initial margin of what is held, quote currency. */
  get marginUsed(): number {
    return this.#desk.book.marginUsed[this.#account];
  }

  /** Signed units of the base: above zero long, below zero short. */
  position(symbol: number): number {
    return this.#desk.book.lots[this.#row(symbol)] * this.#desk.terms.unit[symbol];
  }

  /** Average price of the position, 0 where there is none. */
  entryPrice(symbol: number): number {
    return this.#desk.book.entryPrice[this.#row(symbol)];
  }

  /** The bar in which the position was opened, -1 where there is none. */
  entryBar(symbol: number): number {
    return this.#desk.book.entryBar[this.#row(symbol)];
  }

  /** Profit of the position at the last mark, before the cost of closing it, quote currency. */
  unrealised(symbol: number): number {
    return this.#desk.book.unrealised[this.#row(symbol)];
  }

  /** The bar of the last fill, -1 before the first. */
  lastFillBar(symbol: number): number {
    return this.#desk.book.lastFillBar[this.#row(symbol)];
  }

  /**
   * Whether the last order of the symbol did not get all that it wanted, for a reason that may have passed at the next
   * open. An order lives for one open: what is still wanted has to be asked for again.
   */
  isUnfinished(symbol: number): boolean {
    const { book } = this.#desk;
    return isUnfinished(book, this.#row(symbol), book.bar[this.#account]);
  }
}
