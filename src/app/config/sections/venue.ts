/** @file [venue]: the local Bybit that `tidemark venue` starts. */
import { z } from "zod";

const amount = /^\d+(?:\.\d+)?$/;

export const venueSection = z
  .strictObject({
    port: z.int().min(0).max(65_535).default(7007).describe("Port on this machine; 0 for a free one."),
    speed: z
      .number()
      .min(0)
      .max(10_000)
      .default(1)
      .describe("Seconds of market time in a second; 0 stands still until POST /control moves it."),
    start: z
      .string()
      .optional()
      .describe("Market time at the start: a UTC date inside the candles. Without it four fifths of them are history."),
    balance: z.string().regex(amount, "an amount such as 10000").default("10000").describe("USDT in the account."),
    leverage: z.number().min(1).max(100).default(10).describe("Leverage that the account is set to at the start."),
    hedge: z.boolean().default(false).describe("Whether the account is in hedge mode instead of one-way mode."),
    isolated: z.boolean().default(false).describe("Whether margin is isolated by position instead of shared."),
    may_trade: z.boolean().default(true).describe("Whether the key may trade; without it it only reads."),
    api_key: z.string().min(4).default("local-key").describe("Key of the account: made up, and no secret."),
    api_secret: z.string().min(4).default("local-secret").describe("Its counterpart, just as made up."),
    spread_bps: z.number().min(0).max(1_000).default(1).describe("Distance of bid and ask; at least a tick."),
    depth_share: z
      .number()
      .gt(0)
      .max(100)
      .default(0.2)
      .describe("Share of a tick's volume that stands on the first level of the book."),
    ticks_per_bar: z.int().min(4).max(3_600).default(20).describe("Prices that each candle is made into."),
    listed: z
      .int()
      .min(0)
      .max(5_000)
      .default(0)
      .describe("Further contracts that are listed without a market, to make the list as long as the real one."),
    faults: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'What goes wrong, one rule a fault: "drop-reply on=/v5/order/create probability=0.05". `tidemark venue --list-faults` names all.',
      ),
  })
  .describe(
    "The local Bybit of `tidemark venue`: a venue on this machine for paper and live trading without an account.",
  );
