/**
 * @file Budgets of the asset classes, by account: what each has now, and its profit over the ladder's window. A profit
 * goes into the budget it came from and no other; what one class loses is never made up by another.
 */
import { DAY_MS } from "../core/index.ts";
import type { AccountBook } from "../exchange/index.ts";
import type { MarketTape } from "../market/index.ts";
import { ASSET_CLASSES, assetClassIndex } from "./asset-class.ts";
import type { BudgetConfig } from "./config.ts";

const CLASSES = ASSET_CLASSES.length;

export class BudgetLedger {
  /** `[A*4]` budget of each class, quote currency. */
  readonly budget: Float64Array;
  /** `[A*4]` profit of each class over the last `ladderWindowDays` UTC days, today included. */
  readonly windowProfit: Float64Array;
  /** `[S]` class of each symbol. */
  readonly classOf: Uint8Array;
  /** `[A*4*days]` profit by day, a ring. */
  readonly dayProfit: Float64Array;
  /** `[A*S]` net profit already counted. */
  readonly seen: Float64Array;
  /** `[A]` */
  readonly day: Float64Array;
  readonly episode: Int32Array;
  readonly #book: AccountBook;
  readonly #tape: MarketTape;
  #config: BudgetConfig;

  constructor(book: AccountBook, tape: MarketTape, config: BudgetConfig) {
    this.#book = book;
    this.#tape = tape;
    this.#config = config;
    this.classOf = Uint8Array.from(tape.instruments, assetClassIndex);
    this.budget = new Float64Array(book.accounts * CLASSES);
    this.windowProfit = new Float64Array(book.accounts * CLASSES);
    this.dayProfit = new Float64Array(book.accounts * CLASSES * config.ladderWindowDays);
    this.seen = new Float64Array(book.accounts * book.symbols);
    this.day = new Float64Array(book.accounts);
    this.episode = new Int32Array(book.accounts).fill(-1);
  }

  /** Counts what was realised since the last look. Call it once a bar before sizing; twice does no harm. */
  observe(account: number): void {
    const book = this.#book;
    const tape = this.#tape;
    const bar = book.bar[account];
    const day = Math.floor((tape.timeMs[bar] + tape.barMs) / DAY_MS);
    if (this.episode[account] !== book.episode[account]) this.#begin(account, day);
    if (day !== this.day[account]) this.#turnDays(account, day);
    const days = this.#config.ladderWindowDays;
    for (let s = 0; s < book.symbols; s++) {
      const row = account * book.symbols + s;
      const change = book.netProfit[row] - this.seen[row];
      if (change === 0) continue;
      this.seen[row] = book.netProfit[row];
      const cell = account * CLASSES + this.classOf[s];
      if (this.#config.profitRollover) this.budget[cell] += change;
      this.dayProfit[cell * days + (day % days)] += change;
      this.windowProfit[cell] += change;
    }
  }

  /** Settings from now on: what an allocation gains or loses, its budget gains or loses. The ladder's window stays. */
  reload(config: BudgetConfig): void {
    const before = this.#config;
    this.#config = { ...config, ladderWindowDays: before.ladderWindowDays };
    for (let cell = 0; cell < this.budget.length; cell++) {
      const name = ASSET_CLASSES[cell % CLASSES];
      const isBegun = this.episode[Math.floor(cell / CLASSES)] >= 0;
      if (isBegun) this.budget[cell] += config.allocation[name] - before.allocation[name];
    }
  }

  #begin(account: number, day: number): void {
    const days = this.#config.ladderWindowDays;
    this.episode[account] = this.#book.episode[account];
    this.day[account] = day;
    for (let c = 0; c < CLASSES; c++) {
      this.budget[account * CLASSES + c] = this.#config.allocation[ASSET_CLASSES[c]];
      this.windowProfit[account * CLASSES + c] = 0;
    }
    this.dayProfit.fill(0, account * CLASSES * days, (account + 1) * CLASSES * days);
    this.seen.fill(0, account * this.#book.symbols, (account + 1) * this.#book.symbols);
  }

  /** Days that have left the window are forgotten; the window is summed afresh, so that rounding never builds up. */
  #turnDays(account: number, day: number): void {
    const days = this.#config.ladderWindowDays;
    const passed = Math.min(days, day - this.day[account]);
    this.day[account] = day;
    for (let c = 0; c < CLASSES; c++) {
      const first = (account * CLASSES + c) * days;
      for (let back = 0; back < passed; back++) this.dayProfit[first + ((day - back) % days)] = 0;
      let sum = 0;
      for (let d = 0; d < days; d++) sum += this.dayProfit[first + d];
      this.windowProfit[account * CLASSES + c] = sum;
    }
  }
}
