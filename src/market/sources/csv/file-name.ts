/** @file What a file's name says of its content: "Binance_BTCUSDT_5m.csv.gz" is BTCUSDT in bars of 5m. */
import { basename } from "node:path";
import { InstrumentKind, parseTimeframe, plainSymbol, quoteOf, type Timeframe } from "../../../core/index.ts";
import { isExchangeSuffix } from "./exchange-suffix.ts";

export type FileNameFacts = {
  readonly symbol?: string;
  readonly timeframe?: Timeframe;
  readonly kind?: InstrumentKind;
  /** Words that tell markets of one symbol apart: vendors and venues, sides, kinds; in one text. */
  readonly origin: string;
};

const EXTENSION = /(?:\.(?:csv|tsv|txt|gz|json|jsonl|ndjson|parquet|pq|feather|ftr|arrow|ipc))+$/i;

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Where history comes from: two files that name different ones are of different markets. */
const ORIGINS = words(
  "binance binanceus bitstamp coinbase coinbasepro kraken bybit gemini kucoin okx okex bitfinex bitmex bitget bittrex deribit huobi htx gateio gate " +
    "mexc poloniex phemex upbit bithumb cryptocom dydx hyperliquid ftx nasdaq nyse amex arca bats iex cboe cme cbot comex nymex ice eurex lse " +
    "xetra euronext moex krx tse jpx hkex asx tsx oanda fxcm forexcom capitalcom pepperstone icmarkets ig saxo ib ibkr alpaca tvc " +
    "yahoo yfinance stooq investing dukascopy histdata tiingo polygon alphavantage quandl cryptodatadownload cdd cmc coinmarketcap coingecko coinapi " +
    "kaiko tardis kaggle barchart eod eodhd finam tushare akshare tradingview metatrader mt4 mt5 jforex ninjatrader",
);
const SIDES = words("bid ask mid");
const KINDS: Readonly<Record<string, InstrumentKind>> = {
  spot: "spot",
  perp: "perpetual",
  perpetual: "perpetual",
  swap: "perpetual",
  linear: "perpetual",
  um: "perpetual",
  cm: "perpetual",
  future: "future",
  futures: "future",
  fut: "future",
  forex: "forex",
  fx: "forex",
  stock: "stock",
  stocks: "stock",
  equity: "stock",
  index: "index",
};
const NOISE = words(
  "csv data dataset candle candles candlestick candlesticks kline klines ohlc ohlcv ohlcvt bar bars price prices quote quotes history historical " +
    "historicaldata hist min minute minutes hour hours hourly day days daily week weekly month monthly funding fundingrate rate rates export exported " +
    "download table sample test train raw clean cleaned full all part dat ascii chart coin crypto com the of and from to utc est gmt new old copy final",
);
const UNITS: Readonly<Record<string, string>> = {
  min: "m",
  minute: "m",
  minutes: "m",
  hour: "h",
  hr: "h",
  hours: "h",
  day: "d",
  days: "d",
  week: "w",
};
const WORD_LENGTHS: Readonly<Record<string, string>> = {
  minute: "1m",
  hourly: "1h",
  hour: "1h",
  daily: "1d",
  day: "1d",
  weekly: "1w",
};

export function fileNameFacts(path: string): FileNameFacts {
  const stem = basename(path).replace(EXTENSION, "");
  const tokens = tokensOf(stem);
  const timeframe = tokens.map(timeframeOf).find((found) => found !== undefined) ?? wordTimeframe(tokens);
  const lower = tokens.map((token) => token.toLowerCase());
  const marks = tokens.filter((token) => isMark(token.toLowerCase()));
  const named = symbolOf(stem, tokens);
  const kind = named.kind ?? lower.map((token) => KINDS[token]).find((found) => found !== undefined);
  return {
    ...(named.symbol === undefined ? {} : { symbol: named.symbol }),
    ...(timeframe === undefined ? {} : { timeframe }),
    ...(kind === undefined ? {} : { kind }),
    origin: marks
      .map((mark) => mark.toLowerCase())
      .toSorted()
      .join(" "),
  };
}

const isMark = (token: string): boolean => ORIGINS.has(token) || SIDES.has(token) || KINDS[token] !== undefined;

/** Words of a name. A dot belongs to a word where an exchange's suffix or a class of shares follows it. */
function tokensOf(stem: string): string[] {
  return stem
    .split(/[^0-9A-Za-z.^=&]+/)
    .flatMap((word) => {
      const suffix = /^([0-9A-Za-z&^]+)\.([A-Za-z]{1,3})$/.exec(word);
      if (suffix !== null && (isExchangeSuffix(suffix[2]) || /^[A-Z]$/.test(suffix[2]))) return [word];
      return word.split(".");
    })
    .flatMap(withoutMinutes)
    .filter((token) => token !== "");
}

/** MetaTrader's export writes the minutes of a bar behind the symbol: "EURUSD60". */
function withoutMinutes(token: string): string[] {
  const match = /^([A-Z]{6})(1|5|15|30|60|240|1440|10080)$/.exec(token);
  return match === null ? [token] : [match[1], formatMinutes(Number(match[2]))];
}

function formatMinutes(minutes: number): string {
  return parseTimeframe(minutes % 1440 === 0 ? `${minutes / 1440}d` : `${minutes}m`);
}

function symbolOf(stem: string, tokens: readonly string[]): { symbol?: string; kind?: InstrumentKind } {
  const marked = markedSymbol(stem);
  if (marked !== undefined) return marked;
  const names = tokens.filter((token, i) => {
    const lower = token.toLowerCase();
    if (NOISE.has(lower) || isMark(lower) || timeframeOf(token) !== undefined) return false;
    // "1_h" is a length in two words.
    return !(/^[smhdw]$/i.test(token) && /^\d+$/.test(tokens[i - 1] ?? ""));
  });
  const upper = names.map((name) => name.toUpperCase());
  for (let i = 0; i < upper.length; i++) {
    // "BTC-USDT" and "BTC_USDT" are two tokens of one symbol.
    const next = upper[i + 1] ?? "";
    if (next !== "" && quoteOf(`${upper[i]}${next}`) === next && /[A-Z]/.test(upper[i]))
      return { symbol: `${upper[i]}${next}` };
    // TradingView marks perpetuals with ".P".
    const perpetual = /^(.+)\.P$/.exec(upper[i]);
    const whole = perpetual?.[1] ?? upper[i];
    if (quoteOf(whole) !== undefined && /[A-Z]/.test(whole)) {
      return perpetual === null ? { symbol: whole } : { symbol: whole, kind: InstrumentKind.perpetual };
    }
  }
  // What is left names the market, all of it: two files that differ in a word are never one set.
  const worded = upper.filter((name) => /[A-Z]/.test(name));
  if (worded.length > 0) {
    const numbered = worded.length === 1 ? upper.filter((name) => name === worded[0] || isIndexNumber(name)) : worded;
    return { symbol: plainSymbol(numbered.join("")) };
  }
  const codes = upper.filter((name) => /^\d{4,6}$/.test(name) && !/^(?:19|20)\d{2}(?:\d{2})?$/.test(name));
  if (codes.length === 1 && upper.length === 1) return { symbol: codes[0] };
  // A word that says what a file holds may be a symbol where it stands alone: "SPOT.csv", "LOW.csv".
  return /^[A-Z]{1,6}$/.test(stem) ? { symbol: stem } : {};
}

/** "US 500" and "Germany 40" are indices: their number belongs to the name. */
function isIndexNumber(token: string): boolean {
  return /^(?:30|35|40|50|100|200|225|250|300|500|600|2000)$/.test(token);
}

/** Yahoo's marks: "^GSPC" is an index, "EURUSD=X" a pair of currencies, "ES=F" a future. */
function markedSymbol(stem: string): { symbol: string; kind: InstrumentKind } | undefined {
  const index = /(?:^|[_ ])\^([A-Za-z0-9.]+)/.exec(stem);
  if (index !== null) return { symbol: index[1].toUpperCase(), kind: InstrumentKind.index };
  const pair = /(?:^|[_ ])([A-Za-z]{3,6})=X/i.exec(stem);
  if (pair !== null) return { symbol: pair[1].toUpperCase(), kind: InstrumentKind.forex };
  // MarketWatch: "STOCK_US_XNAS_AAPL", with the country and the code of the exchange.
  const share = /(?:^|[ _-])(STOCK|INDEX)_[A-Z]{2}_X[A-Z]{3}_([A-Z0-9.]+)/.exec(stem);
  if (share !== null)
    return { symbol: share[2], kind: share[1] === "STOCK" ? InstrumentKind.stock : InstrumentKind.index };
  // NSE: "Quote-Equity-RELIANCE-EQ-01-01-2023-to-31-12-2023", with the series.
  const quote = /^Quote-Equity-([A-Z0-9&-]+)-[A-Z]{2}-\d/.exec(stem);
  if (quote !== null) return { symbol: plainSymbol(quote[1]), kind: InstrumentKind.stock };
  const future = /(?:^|[_ ])([A-Za-z0-9]{1,4})=F/i.exec(stem);
  return future === null ? undefined : { symbol: future[1].toUpperCase(), kind: InstrumentKind.future };
}

function timeframeOf(token: string): Timeframe | undefined {
  const chart = /^([MHDW])(\d{1,2})$/.exec(token);
  if (chart !== null && Number(chart[2]) > 0) return parseTimeframe(`${Number(chart[2])}${chart[1].toLowerCase()}`);
  const match = /^(\d{1,4})(s|m|h|d|w|H|D|W|min|mins|minute|minutes|hour|hours|hr|day|days|week)$/.exec(token);
  if (match === null || Number(match[1]) === 0) return undefined;
  return parseTimeframe(`${match[1]}${UNITS[match[2]] ?? match[2][0]}`);
}

function wordTimeframe(tokens: readonly string[]): Timeframe | undefined {
  const found = tokens.map((token) => WORD_LENGTHS[token.toLowerCase()]).filter((word) => word !== undefined);
  return found.length === 1 ? parseTimeframe(found[0]) : undefined;
}
