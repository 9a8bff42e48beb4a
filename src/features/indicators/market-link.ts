/** @file How a symbol moves with the others: correlation, beta, lead and lag. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowComoments } from "../window/comoments.ts";
import { WindowSum } from "../window/sum.ts";

/**
 * Statistics of the last n pairs of the symbol's own log return and the mean log return of the other symbols in the same bar
 * (so a symbol is never compared with itself). `lead` is the correlation of the others' return with the symbol's next one
 * minus the reverse: above zero where the others move first. Bars in which no other symbol traded are left out.
 */
export class MarketLink {
  readonly #same: WindowComoments;
  readonly #marketFirst: WindowComoments;
  readonly #ownFirst: WindowComoments;
  readonly #relative: WindowSum;
  #ownBefore = 0;
  #marketBefore = 0;
  #hasBefore = false;
  readonly warmup: number;
  correlation = 0;
  beta = 0;
  lead = 0;
  /** Own log return minus the others' over n bars. */
  relative = 0;

  constructor(period: number) {
    requirePeriod("The period of a comparison with the market", period, 3);
    this.#same = new WindowComoments(period);
    this.#marketFirst = new WindowComoments(period);
    this.#ownFirst = new WindowComoments(period);
    this.#relative = new WindowSum(period);
    this.warmup = period + 1;
  }

  update(bar: Bar): void {
    if (bar.marketCount === 0) {
      this.#hasBefore = false;
      return;
    }
    const own = bar.logReturn;
    const market = bar.marketReturn;
    this.#same.push(market, own);
    this.correlation = this.#same.correlation();
    this.beta = this.#same.slope();
    this.#relative.push(own - market);
    this.relative = this.#relative.sum;
    if (this.#hasBefore) {
      this.#marketFirst.push(this.#marketBefore, own);
      this.#ownFirst.push(this.#ownBefore, market);
      this.lead = this.#marketFirst.correlation() - this.#ownFirst.correlation();
    }
    this.#ownBefore = own;
    this.#marketBefore = market;
    this.#hasBefore = true;
  }
}
