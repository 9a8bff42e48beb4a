/** @file Symbols: one plain form for every spelling, and the two currencies in a pair. */

/**
 * "BTC/USDT:USDT", "btc-usdt", "BTC_USDT" and "BTCUSDT" are one symbol: "BTCUSDT". What stands before a colon is an
 * exchange ("NASDAQ:AAPL" is AAPL), unless it is a pair itself: then the settlement currency follows the colon.
 */
export function plainSymbol(text: string): string {
  const trimmed = text.trim().toUpperCase();
  const colon = trimmed.indexOf(":");
  if (colon < 0) return withoutMarks(trimmed);
  const [left, right] = [trimmed.slice(0, colon), trimmed.slice(colon + 1)];
  const isPair = /[^0-9A-Z.]/.test(left) || right === "" || (left.length > right.length && left.endsWith(right));
  return withoutMarks(isPair ? left : right);
}

function withoutMarks(text: string): string {
  return text.replace(/[^0-9A-Z.]/g, "").replace(/^\.+|\.+$/g, "");
}

const STABLE_COINS = ["USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USDE", "USD1", "PYUSD", "DAI"];
const COINS = ["BTC", "XBT", "ETH", "BNB"];
const FIAT = (
  "USD EUR GBP JPY CHF AUD CAD NZD KRW CNY CNH HKD SGD TWD INR IDR THB VND PHP MYR BRL MXN ARS CLP COP PEN ZAR NGN TRY RUB " +
  "UAH PLN CZK HUF RON SEK NOK DKK ILS SAR AED KZT"
).split(" ");
const QUOTES = [...STABLE_COINS, ...FIAT, ...COINS].sort((a, b) => b.length - a.length);
/** Coins whose own name ends with the name of another. */
const WHOLE_NAMES = new Set(
  "WBTC TBTC CBBTC LBTC RBTC SOLVBTC WETH STETH WSTETH CBETH RETH WEETH METH WBNB".split(" "),
);

/** Currencies of states, by ISO 4217. */
export function isFiat(currency: string): boolean {
  return FIAT.includes(currency);
}

/** What a pair is priced in, or undefined where the symbol names no currency that is known. */
export function quoteOf(symbol: string): string | undefined {
  if (WHOLE_NAMES.has(symbol)) return undefined;
  return QUOTES.find((quote) => symbol.endsWith(quote) && symbol.length >= quote.length + leastBase(quote));
}

/** Short names of shares end like a currency by chance ("ACAD"), those of coins in dollars don't. */
function leastBase(quote: string): number {
  if (STABLE_COINS.includes(quote)) return 1;
  return COINS.includes(quote) || quote === "USD" || quote === "EUR" ? 2 : 3;
}

/** Splits "BTCUSDT" into base and quote by the longest known quote; a symbol without one is quoted in USD. */
export function splitSymbol(symbol: string): { base: string; quote: string } {
  const quote = quoteOf(symbol);
  return quote === undefined ? { base: symbol, quote: "USD" } : { base: symbol.slice(0, -quote.length), quote };
}
