/** @file Mark prices for tests: near the market, calmer than it, a function of the bar alone. */
import { type Candles, candlesFromRows, type SymbolHistory } from "../candles.ts";

/** The mark of every bar whose number `isKnown` lets through. */
export function markCandles(candles: Candles, isKnown: (i: number) => boolean = () => true): Candles {
  const rows: Array<[number, number, number, number, number, number]> = [];
  for (let i = 0; i < candles.length; i++) {
    if (!isKnown(i)) continue;
    const off = 1 + 0.002 * Math.sin(i);
    const [open, close] = [candles.open[i] * off, candles.close[i] * off];
    const high = (Math.max(open, close) + Math.max(candles.high[i] * off, open, close)) / 2;
    const low = (Math.min(open, close) + Math.min(candles.low[i] * off, open, close)) / 2;
    rows.push([candles.timeMs[i], open, high, low, close, 0]);
  }
  return candlesFromRows(rows);
}

export function withMarkHistory(history: SymbolHistory, isKnown?: (i: number) => boolean): SymbolHistory {
  return { ...history, mark: markCandles(history.candles, isKnown) };
}
