/**
 * @file The made market of one symbol: bars become prices, quotes, depth and trades. It is made, not recorded: inside a bar
 * the price goes from the open to the nearer-to-plausible extreme (the low first in a rising bar, the high first in a
 * falling one), to the other, and to the close, in equal steps of time; every recorded price is met exactly. A user's trades
 * take depth until the next tick and never move the bars.
 */
import type { Listing } from "./listing.ts";

/** Bars of one symbol as columns, oldest first, stamped by open time in UTC milliseconds; volume in base units. */
export type LocalSeries = {
  readonly barMs: number;
  readonly timeMs: ArrayLike<number>;
  readonly open: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly close: ArrayLike<number>;
  readonly volume: ArrayLike<number>;
  /** A long position pays `rate` of its notional at `timeMs`. */
  readonly funding?: { readonly timeMs: ArrayLike<number>; readonly rate: ArrayLike<number> };
};

export type MadeMarketOptions = {
  /** Prices that a bar is made of, at least 4. */
  readonly ticksPerBar: number;
  /** Distance of bid and ask; never less than a tick. */
  readonly spreadBps: number;
  /** Share of a tick's volume that stands on the first level; the second holds twice as much, and so on. */
  readonly depthShare: number;
  /** Share of a tick's volume that reaches an order whose price is only touched. */
  readonly touchShare: number;
};

export const DEFAULT_MARKET: MadeMarketOptions = { ticksPerBar: 20, spreadBps: 1, depthShare: 0.2, touchShare: 0.1 };
export const BOOK_LEVELS = 50;

export class MadeMarket {
  readonly listing: Listing;
  readonly series: LocalSeries;
  /** Bar that is being made; -1 before the first. */
  bar = -1;
  /** Prices in ticks of the contract, volume of the tick in lots. */
  last = 0;
  bid = 0;
  ask = 0;
  lots = 0;
  /** +1 where the last trade bought at the ask, -1 where it sold at the bid. */
  side: 1 | -1 = 1;
  tickMs = 0;
  /** Number of the tick, for sequences on the wire. */
  sequence = 0;
  #step = 0;
  #takenAsk = 0;
  #takenBid = 0;
  readonly #options: MadeMarketOptions;
  readonly #tickSize: number;
  readonly #lotSize: number;

  /** Stands at the bar that holds `startMs`: what lies before is history. */
  constructor(listing: Listing, series: LocalSeries, startMs: number, options: MadeMarketOptions) {
    this.listing = listing;
    this.series = series;
    this.#options = options;
    this.#tickSize = Number(listing.tickSize);
    this.#lotSize = Number(listing.qtyStep);
    let next = 0;
    while (next < series.timeMs.length && series.timeMs[next] + series.barMs <= startMs) next++;
    this.bar = next - 1;
    this.#step = options.ticksPerBar;
    if (this.bar >= 0) {
      this.tickMs = startMs;
      this.#quote(this.price(series.close[this.bar]), 0);
    }
    while (this.nextTickMs() <= startMs) this.tick();
  }

  /** Time of the next tick; infinite where the bars have ended. */
  nextTickMs(): number {
    const { timeMs } = this.series;
    if (this.#step < this.#options.ticksPerBar) return timeMs[this.bar] + this.#offsetMs(this.#step);
    return this.bar + 1 < timeMs.length ? timeMs[this.bar + 1] : Number.POSITIVE_INFINITY;
  }

  /** Makes the next tick. */
  tick(): void {
    const { ticksPerBar } = this.#options;
    this.tickMs = this.nextTickMs();
    if (this.#step >= ticksPerBar) {
      this.bar++;
      this.#step = 0;
    }
    const volume = this.series.volume[this.bar] / this.#lotSize / ticksPerBar;
    this.#quote(this.#pathPrice(this.bar, this.#step), Math.max(0, Math.floor(volume)));
    this.#step++;
  }

  /** Prices by hand, in ticks and lots; the next tick of the bars goes on from there. */
  put(bid: number, ask: number, lots: number, nowMs: number): void {
    this.side = (bid + ask) / 2 >= this.last ? 1 : -1;
    this.last = this.side === 1 ? ask : bid;
    this.bid = bid;
    this.ask = ask;
    this.lots = lots;
    this.tickMs = nowMs;
    this.#takenAsk = 0;
    this.#takenBid = 0;
    this.sequence++;
  }

  /** Index of the newest bar that is complete at `nowMs`, or -1. */
  completeBarAt(nowMs: number): number {
    const bar = this.bar;
    return bar >= 0 && this.series.timeMs[bar] + this.series.barMs <= nowMs ? bar : bar - 1;
  }

  /** A recorded price in ticks. */
  price(recorded: number): number {
    return Math.max(1, Math.round(recorded / this.#tickSize));
  }

  /** The current bar as far as it is made: high and low of the ticks so far. */
  openBar(): { open: number; high: number; low: number; close: number; share: number } {
    const open = this.#pathPrice(this.bar, 0);
    let [high, low] = [open, open];
    for (let k = 1; k < this.#step; k++) {
      const price = this.#pathPrice(this.bar, k);
      high = Math.max(high, price);
      low = Math.min(low, price);
    }
    return { open, high, low, close: this.last, share: this.#step / this.#options.ticksPerBar };
  }

  /** Distance of two levels of the book, in ticks. */
  get spread(): number {
    return Math.max(1, Math.round((this.last * this.#options.spreadBps) / 1e4));
  }

  /** Lots that stand on level `index` and are not taken yet. `side` +1 is what a buyer takes: the asks. */
  levelLots(side: 1 | -1, index: number): number {
    const base = this.#baseLots();
    // Levels hold base, 2 base, 3 base ...: what was taken is taken from the front.
    const before = (base * index * (index + 1)) / 2;
    const taken = (side === 1 ? this.#takenAsk : this.#takenBid) - before;
    return Math.max(0, base * (index + 1) - Math.max(0, taken));
  }

  levelPrice(side: 1 | -1, index: number): number {
    return side === 1 ? this.ask + index * this.spread : Math.max(1, this.bid - index * this.spread);
  }

  take(side: 1 | -1, lots: number): void {
    if (side === 1) this.#takenAsk += lots;
    else this.#takenBid += lots;
  }

  /** Lots of this tick that reach an order at exactly the price of the trade. */
  touchLots(): number {
    return Math.floor(this.lots * this.#options.touchShare);
  }

  #baseLots(): number {
    return Math.max(1, Math.floor(Math.max(this.lots, 1) * this.#options.depthShare));
  }

  #offsetMs(step: number): number {
    return Math.floor((step * this.series.barMs) / this.#options.ticksPerBar);
  }

  #quote(price: number, lots: number): void {
    if (price > this.last) this.side = 1;
    else if (price < this.last) this.side = -1;
    this.last = price;
    this.lots = lots;
    const spread = this.spread;
    this.bid = this.side === 1 ? Math.max(1, price - spread) : price;
    this.ask = this.side === 1 ? Math.max(price, this.bid + 1) : price + spread;
    this.#takenAsk = 0;
    this.#takenBid = 0;
    this.sequence++;
  }

  /** The price at `step` of the way through a bar. */
  #pathPrice(bar: number, step: number): number {
    const { open, high, low, close } = this.series;
    const rising = close[bar] >= open[bar];
    const way = [open[bar], rising ? low[bar] : high[bar], rising ? high[bar] : low[bar], close[bar]];
    const lastStep = this.#options.ticksPerBar - 1;
    // The corners lie on whole steps, so that both extremes are prices that were met.
    const corners = [0, Math.max(1, Math.round(lastStep / 3)), Math.max(2, Math.round((2 * lastStep) / 3)), lastStep];
    let leg = 0;
    while (leg < 2 && step > corners[leg + 1]) leg++;
    const share = (step - corners[leg]) / (corners[leg + 1] - corners[leg]);
    return this.price(way[leg] + (way[leg + 1] - way[leg]) * share);
  }
}
