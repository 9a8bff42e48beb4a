/**
 * @file The bar as an indicator sees it: one finished candle of one symbol and timeframe, with what every indicator
 * would otherwise derive again. One object a stream, overwritten bar by bar: plain number fields, so that passing a bar
 * to any indicator allocates nothing (six number arguments to a call that isn't inlined would box each of them).
 */
import { MISSING_AGE, SERIES } from "../market/index.ts";

/** `[value, age, value, age, ...]` by place in the catalog of series, all missing. */
function nothingJoined(): Float64Array {
  return Float64Array.from({ length: 2 * SERIES.length }, (_, i) => (i % 2 === 0 ? 0 : MISSING_AGE));
}

export class Bar {
  /** Finished bars of this stream before this one; -1 before the first. */
  index = -1;
  /** Open time, UTC milliseconds. */
  tsMs = Number.NaN;
  /** Length of the bar in milliseconds. */
  barMs = Number.NaN;
  open = Number.NaN;
  high = Number.NaN;
  low = Number.NaN;
  close = Number.NaN;
  /** In base units. */
  volume = Number.NaN;
  /** Sum of the funding rates stamped since the bar before; 0 where there is no stamp. */
  funding = Number.NaN;
  /** Close of the bar before; the own open in the first bar. */
  previousClose = Number.NaN;
  /** Log of close over the close of the bar before; 0 in the first bar. */
  logReturn = Number.NaN;
  /** Mean log return of the other symbols that closed the same bar; 0 where there are none. */
  marketReturn = Number.NaN;
  /** How many other symbols closed the same bar and had one before it. */
  marketCount = 0;
  /** Standard deviation of the log returns of all symbols that closed the same bar. */
  marketDispersion = Number.NaN;
  /** Value and age (milliseconds, -1 while missing) of each series of the catalog, as known at the bar's close. */
  readonly joined: Float64Array = nothingJoined();

  /** Takes the next candle. The market's columns are empty until they are set. */
  set(tsMs: number, open: number, high: number, low: number, close: number, volume: number, funding: number): void {
    const first = this.index < 0;
    this.previousClose = first ? open : this.close;
    this.index += 1;
    this.tsMs = tsMs;
    this.open = open;
    this.high = high;
    this.low = low;
    this.close = close;
    this.volume = volume;
    this.funding = funding;
    this.logReturn = !first && close > 0 && this.previousClose > 0 ? Math.log(close / this.previousClose) : 0;
    this.marketReturn = 0;
    this.marketCount = 0;
    this.marketDispersion = 0;
  }

  /** Greatest move from the close before: Wilder's true range. High minus low in the first bar. */
  trueRange(): number {
    if (this.index === 0) return this.high - this.low;
    return Math.max(this.high, this.previousClose) - Math.min(this.low, this.previousClose);
  }

  /** (high + low + close) / 3. */
  typicalPrice(): number {
    return (this.high + this.low + this.close) / 3;
  }
}
