/** @file [data]: which market, over which range, and where its candles are kept. */
import { z } from "zod";

export const dataSection = z
  .strictObject({
    venue: z
      .string()
      .regex(/^[a-z][a-z0-9]*$/, "a lower-case venue name")
      .default("bybit")
      .describe(
        'Where candles come from: "bybit", the name of any other exchange that ccxt knows ("binance", "kraken"), "csv" for imported files, or "synthetic" for the made-up market.',
      ),
    kind: z
      .enum(["perpetual", "spot"])
      .default("perpetual")
      .describe("What is traded: perpetuals can be shorted, levered and pay funding; spot can't."),
    symbols: z
      .array(z.string().min(2))
      .min(1)
      .max(64)
      .default(["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"])
      .describe('The symbols of the portfolio. "DOGE/USDT:USDT", "doge-usdt" and "DOGEUSDT" mean the same.'),
    timeframe: z.string().default("5m").describe('Length of a bar: a number and one of s, m, h, d, w, such as "5m".'),
    from: z
      .string()
      .default("180d")
      .describe('First bar: a UTC date such as "2025-07-04", or a span such as "180d" before the end.'),
    to: z.string().default("now").describe('End, exclusive: a UTC date, or "now".'),
    funding: z.boolean().default(true).describe("Whether funding payments of perpetuals are fetched and charged."),
    root: z.string().min(1).default("data").describe("Folder of the candle store, relative to this file."),
  })
  .describe("The market: where it comes from, which symbols, which bars, which range.");
