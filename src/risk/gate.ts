/**
 * @file The pre-trade gate: may an account open a position now? Closing and reducing is always allowed. What it says is
 * the action mask in training and the verdict on an order in trading, from the same functions.
 */
import { DAY_MS } from "../core/index.ts";
import { AccountStatus, type TradeDesk } from "../exchange/index.ts";
import { rateAt } from "../market/index.ts";
import type { Sizer } from "../portfolio/index.ts";
import type { RiskConfig } from "./config.ts";
import { Verdict } from "./verdict.ts";

export class RiskGate {
  /** The switch of close-only, besides the configuration's. */
  closeOnly = false;
  /** `[A]` equity at the first mark of the UTC day, and that day. */
  readonly dayEquity: Float64Array;
  readonly day: Float64Array;
  /** `[A]` episode that the two belong to. */
  readonly episode: Int32Array;
  readonly #desk: TradeDesk;
  readonly #sizer: Sizer;
  readonly #config: RiskConfig;

  constructor(desk: TradeDesk, sizer: Sizer, config: RiskConfig) {
    this.#desk = desk;
    this.#sizer = sizer;
    this.#config = config;
    this.dayEquity = new Float64Array(desk.book.accounts);
    this.day = new Float64Array(desk.book.accounts);
    this.episode = new Int32Array(desk.book.accounts).fill(-1);
  }

  /** Takes note of a bar, for limits of a day. Call it once before the account's verdicts; twice does no harm. */
  observe(account: number): void {
    const { book, tape } = this.#desk;
    const day = Math.floor((tape.timeMs[book.bar[account]] + tape.barMs) / DAY_MS);
    if (this.episode[account] === book.episode[account] && this.day[account] === day) return;
    this.episode[account] = book.episode[account];
    this.day[account] = day;
    this.dayEquity[account] = book.equity[account];
  }

  /** Verdicts that leave the account nothing but closing, in every symbol. 0 where there are none. */
  closeOnlyVerdicts(account: number): number {
    const book = this.#desk.book;
    const config = this.#config;
    let bits = 0;
    if (book.status[account] !== AccountStatus.active) bits |= Verdict.liquidated;
    if (this.closeOnly || config.closeOnly) bits |= Verdict.closeOnly;
    if (config.maxDrawdown > 0 && book.drawdown[account] >= config.maxDrawdown) bits |= Verdict.maxDrawdown;
    if (config.drawdownFrom > 0 && book.drawdown[account] >= config.drawdownTo) bits |= Verdict.maxDrawdown;
    if (config.dailyLoss > 0 && book.equity[account] <= this.dayEquity[account] * (1 - config.dailyLoss)) {
      bits |= Verdict.dailyLoss;
    }
    return bits;
  }

  /**
   * Verdicts against opening a position of `symbol` on `side` (1 long, -1 short) where there is none on that side yet.
   * @param planned `[S]` signed lots that the account will have by what was decided so far
   */
  openingVerdicts(account: number, symbol: number, side: number, planned: Float64Array): number {
    const { book, tape, terms } = this.#desk;
    const config = this.#config;
    let bits = this.closeOnlyVerdicts(account);
    if (side < 0 && terms.longOnly[symbol] === 1) bits |= Verdict.spotShort;
    if (side < 0 && !config.allowShort) bits |= Verdict.shortDisabled;
    const bar = book.bar[account];
    if (tape.present[bar * tape.symbols + symbol] === 0) bits |= Verdict.symbolAbsent;
    if (config.cooldownBars > 0) {
      const row = account * tape.symbols + symbol;
      // Leaving the other side is itself a close.
      const lastClose = book.lots[row] === 0 ? book.lastFillBar[row] : bar;
      if (lastClose >= 0 && bar - lastClose < config.cooldownBars) bits |= Verdict.cooldown;
    }
    if (config.maxConcurrent > 0 && this.#othersOpen(symbol, planned) >= config.maxConcurrent) {
      bits |= Verdict.maxConcurrent;
    }
    const least = terms.minNotional[symbol] * rateAt(tape, bar, symbol);
    if (book.equity[account] * terms.leverage[symbol] < least) bits |= Verdict.minNotional;
    if (this.#sizer.budgetLeft(account, symbol, planned) <= 0) bits |= Verdict.noBudget;
    return bits;
  }

  #othersOpen(symbol: number, planned: Float64Array): number {
    let count = 0;
    for (let s = 0; s < planned.length; s++) if (s !== symbol && planned[s] !== 0) count++;
    return count;
  }
}
