/** @file [data]: which market, over which range, and where its candles are kept. */
import { z } from "zod";
import { parseDate, parseTimeframe } from "../../../core/index.ts";
import { EdgeSignal, TapeRange } from "../../../market/choices.ts";

const DATE = 'a UTC date such as "2025-07-04" or "2025-07-04T10:00Z"';

function parses(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

const isTimeframe = (text: string): boolean => parses(parseTimeframe, text);
const isDate = (text: string): boolean => parses(parseDate, text);

/** A password in a configuration would be stored with every run. */
const isFeed = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !/^[^/]*\/\/[^/]*@/.test(text);

export const dataSection = z
  .strictObject({
    venue: z
      .string()
      .regex(/^[a-z][a-z0-9]*$/, "a lower-case venue name")
      .default("auto")
      .describe(
        'Where candles come from: "bybit", the name of any other exchange that ccxt knows ("binance", "kraken"), "csv" for imported files, "synthetic" for the made-up market, or "auto": fetched from Bybit, read from the stored venue that has the symbols.',
      ),
    kind: z
      .enum(["perpetual", "spot", "future", "forex", "stock", "index"])
      .default("perpetual")
      .describe(
        "What is traded: perpetuals can be shorted, levered and pay funding; spot and stocks can't be levered. What is imported is taken for this where nothing shows another kind.",
      ),
    symbols: z
      .array(z.string().min(1))
      .min(1)
      .max(64)
      .default(["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"])
      .describe('The symbols of the portfolio. "DOGE/USDT:USDT", "doge-usdt" and "DOGEUSDT" mean the same.'),
    timeframe: z
      .string()
      .refine(isTimeframe, 'a number and one of s, m, h, d, w, such as "5m", "1h" or "1d"')
      .default("5m")
      .describe('Length of a bar: a number and one of s, m, h, d, w, such as "5m".'),
    from: z
      .string()
      .refine(isDate, DATE)
      .optional()
      .describe('First bar: a UTC date such as "2025-07-04". Without it everything that is stored is used.'),
    to: z
      .string()
      .refine(isDate, DATE)
      .optional()
      .describe("End, exclusive: a UTC date. Without it everything up to the newest bar."),
    range: z
      .enum(TapeRange)
      .default(TapeRange.union)
      .describe(
        'Where symbols begin and end at different times: "union" trades each while it lives, "intersection" keeps the time that all of them share.',
      ),
    currency: z
      .string()
      .regex(/^[A-Za-z]{2,10}$/, "a currency such as USDT")
      .optional()
      .describe(
        "Currency of the account, where symbols are quoted in several; a stored pair must convert each. Without it the most usual of the quotes.",
      ),
    fetch_days: z.number().positive().max(10_000).default(180).describe("Days that a fetch without a first bar gets."),
    mark_price: z
      .boolean()
      .default(true)
      .describe(
        "Fetch mark prices beside the candles of contracts on margin, and use those that are stored: margin, liquidation, funding and unrealised profit go by them, as at the venue.",
      ),
    feeds: z
      .array(z.string().refine(isFeed, "an address such as https://example.org/rss.xml, without a user or a password"))
      .max(64)
      .default([])
      .describe("Feeds of headlines, RSS or Atom, that are recorded beside those that are known: their addresses."),
    root: z.string().min(1).default("data").describe("Folder of the candle store, relative to this file."),
    synthetic_bars: z.int().min(100).max(10_000_000).default(20_000).describe("Length of the synthetic market."),
    synthetic_seed: z
      .int()
      .min(0)
      .default(1)
      .describe("Seed of the synthetic market; the same seed is the same market."),
    synthetic_signal: z
      .enum(EdgeSignal)
      .default("volume")
      .describe('What foretells the planted edge: the bar\'s own "return", or its "volume" (lasting for some bars).'),
    synthetic_edge: z
      .number()
      .gt(-1)
      .lt(1)
      .default(0)
      .describe("Strength of an edge planted in the synthetic market, to see it found; 0 for none."),
  })
  .describe("The market: where it comes from, which symbols, which bars, which range.");
