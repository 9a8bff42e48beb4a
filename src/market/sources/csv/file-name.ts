/** @file What a file's name says of its content: "Binance_BTCUSDT_5m.csv.gz" is BTCUSDT in bars of 5m. */
import { basename } from "node:path";
import { parseTimeframe, plainSymbol, splitSymbol, type Timeframe } from "../../../core/index.ts";

const NOT_SYMBOLS = new Set(
  (
    "binance bitstamp coinbase kraken bybit gemini kucoin okx bitfinex huobi gateio mexc poloniex nasdaq nyse forex csv data " +
    "candle candles kline klines ohlc ohlcv ohlcvt spot perp perpetual swap linear future futures um cm min minute minutes " +
    "hour hourly day daily week weekly bar bars price prices history historical funding fundingrate rate rates export"
  ).split(" "),
);
const UNITS: Readonly<Record<string, string>> = {
  min: "m",
  minute: "m",
  minutes: "m",
  hour: "h",
  hr: "h",
  day: "d",
  week: "w",
};
const WORDS: Readonly<Record<string, string>> = {
  minute: "1m",
  hourly: "1h",
  hour: "1h",
  daily: "1d",
  day: "1d",
  weekly: "1w",
};

export type FileNameFacts = { readonly symbol?: string; readonly timeframe?: Timeframe };

export function fileNameFacts(path: string): FileNameFacts {
  const stem = basename(path).replace(/(?:\.(?:csv|tsv|txt|gz))+$/i, "");
  const tokens = stem.split(/[^0-9A-Za-z]+/).filter((token) => token !== "");
  const symbol = symbolOf(tokens);
  const timeframe = tokens.map(timeframeOf).find((found) => found !== undefined) ?? wordTimeframe(tokens);
  return { ...(symbol === undefined ? {} : { symbol }), ...(timeframe === undefined ? {} : { timeframe }) };
}

function symbolOf(tokens: readonly string[]): string | undefined {
  const names = tokens.filter((token) => !NOT_SYMBOLS.has(token.toLowerCase()) && timeframeOf(token) === undefined);
  const upper = names.map((name) => name.toUpperCase());
  for (let i = 0; i < upper.length; i++) {
    // "BTC-USDT" and "BTC_USDT" are two tokens of one symbol.
    const pair = i + 1 < upper.length ? `${upper[i]}${upper[i + 1]}` : "";
    const { base, quote } = splitSymbol(pair);
    if (pair !== "" && base === upper[i] && quote === upper[i + 1] && /[A-Z]/.test(base)) return pair;
    const whole = splitSymbol(upper[i]);
    if (`${whole.base}${whole.quote}` === upper[i] && /[A-Z]/.test(whole.base)) return upper[i];
  }
  const plain = names.find((name) => /^[A-Za-z][0-9A-Za-z]{0,11}$/.test(name));
  return plain === undefined ? undefined : plainSymbol(plain);
}

function timeframeOf(token: string): Timeframe | undefined {
  const match = /^(\d{1,4})(s|m|h|d|w|H|D|W|min|minute|minutes|hour|hr|day|week)$/.exec(token);
  if (match === null || Number(match[1]) === 0) return undefined;
  return parseTimeframe(`${match[1]}${UNITS[match[2]] ?? match[2]}`);
}

function wordTimeframe(tokens: readonly string[]): Timeframe | undefined {
  const words = tokens.map((token) => WORDS[token.toLowerCase()]).filter((word) => word !== undefined);
  return words.length === 1 ? parseTimeframe(words[0]) : undefined;
}
