/**
 * @file One currency for an account whose symbols are quoted in several: each foreign quote is converted by a pair of
 * candles, direct (BTCUSDT turns BTC into USDT) or inverse (USDJPY turns JPY into USD). Nothing is added up unconverted.
 */
import { type Instrument, TidemarkError } from "../core/index.ts";
import { lowerBound, type SymbolHistory } from "./candles.ts";
import { column, type MarketTape } from "./tape.ts";

/** Quotes in which people keep accounts, most usual first. */
const USUAL_CURRENCIES = ["USDT", "USDC", "USD", "FDUSD", "TUSD", "BUSD", "EUR", "GBP", "JPY", "BTC", "ETH"];

/** The currency of an account that trades these: the wanted one, else the most usual of their quotes. */
export function accountCurrency(instruments: readonly Instrument[], wanted?: string): string {
  if (wanted !== undefined) return wanted.toUpperCase();
  const quotes = instruments.map(({ quote }) => quote);
  return USUAL_CURRENCIES.find((currency) => quotes.includes(currency)) ?? quotes[0];
}

/** Quotes that are not the account's currency, each once. */
export function foreignQuotes(instruments: readonly Instrument[], currency: string): string[] {
  return [...new Set(instruments.map(({ quote }) => quote))].filter((quote) => quote !== currency);
}

/** Whether the pair converts the one into the other: 1 direct, -1 inverse, 0 not at all. */
export function convertsBy({ base, quote }: Instrument, from: string, to: string): 1 | -1 | 0 {
  if (base === from && quote === to) return 1;
  return base === to && quote === from ? -1 : 0;
}

/** The pair that converts `from` into `to`. Throws DATA_ALIGNMENT, naming the pair to import, where there is none. */
export function conversionPair(
  pairs: readonly SymbolHistory[],
  from: string,
  to: string,
  symbols: readonly Instrument[],
): SymbolHistory {
  const pair =
    pairs.find(({ instrument }) => convertsBy(instrument, from, to) === 1) ??
    pairs.find(({ instrument }) => convertsBy(instrument, from, to) === -1);
  if (pair !== undefined) return pair;
  const own = symbols.filter(({ quote }) => quote === from).map(({ symbol }) => symbol);
  throw new TidemarkError("DATA_ALIGNMENT", {
    what: `${own.join(", ")} ${own.length === 1 ? "is" : "are"} quoted in ${from} and the account is kept in ${to}, but no stored pair converts one into the other`,
    fix: `Import or fetch ${from}${to} (or ${to}${from}) of the same venue over the same time, or test ${own.join(", ")} alone.`,
  });
}

/** The account's currency for one of the symbol's quote, as known at the close of a bar. */
export function rateAt(tape: MarketTape, bar: number, symbol: number): number {
  return tape.rate === undefined ? 1 : tape.rate[bar * tape.symbols + symbol];
}

/** `[T*S]` the account's currency for one of each symbol's quote, at the closes of the tape's bars. */
export function rateColumn(tape: MarketTape, currency: string, pairs: readonly SymbolHistory[]): Float64Array {
  const { symbols, instruments, bars } = tape;
  const rate = column(bars * symbols).fill(1);
  for (const quote of foreignQuotes(instruments, currency)) {
    const { instrument, candles } = conversionPair(pairs, quote, currency, instruments);
    const direct = convertsBy(instrument, quote, currency) === 1;
    const own = instruments.flatMap((item, s) => (item.quote === quote ? [s] : []));
    let i = lowerBound(candles.timeMs, tape.timeMs[0] + 1, candles.length) - 1;
    for (let t = 0; t < bars; t++) {
      while (i + 1 < candles.length && candles.timeMs[i + 1] <= tape.timeMs[t]) i++;
      const close = i < 0 ? 0 : candles.close[i];
      const value = close > 0 ? (direct ? close : 1 / close) : 0;
      for (const s of own) rate[t * symbols + s] = value;
    }
  }
  return rate;
}
