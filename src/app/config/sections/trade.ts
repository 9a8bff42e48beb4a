/** @file [trade]: the engine that trades on paper and live. Zero switches a limit off. */
import { z } from "zod";

const share = (least = 0): z.ZodNumber => z.number().min(least).max(1);

export const tradeSection = z
  .strictObject({
    state: z
      .string()
      .min(1)
      .default("state")
      .describe("Folder of journals, locks and logs; paper and live never share one."),
    archive_days: z
      .int()
      .min(0)
      .max(36_500)
      .default(30)
      .describe(
        "Days that a running session keeps in its journal; older records move to Parquet files beside it, where everything reads them. 0 keeps all.",
      ),
    live: z.boolean().default(false).describe("Whether live trading is allowed at all."),
    live_classes: z
      .array(z.enum(["cryptoSpot", "cryptoFutures", "forex", "options"]))
      .default([])
      .describe("Asset classes that a live session may open; others may only close. Empty allows all."),
    host: z
      .string()
      .min(1)
      .default("mainnet")
      .describe('Where Bybit is: "mainnet", "testnet", "demo", or an address such as a local venue\'s.'),
    validity_share: share().default(0.5).describe("How long a decision may wait to be sent, as a share of its bar."),
    quote_max_age_ms: z
      .int()
      .min(1)
      .max(60_000)
      .default(2_000)
      .describe("Greatest age of the quote that an order is sent on."),
    grace_seconds: z.number().min(0).max(600).default(5).describe("How long a bar is waited for after its close."),
    marketable_bps: z
      .number()
      .min(0)
      .max(1_000)
      .default(0)
      .describe("Entries as limits this far beyond the quote, basis points; 0 sends market orders."),
    emergency_stop: share()
      .default(0.1)
      .describe("Stop of a position whose decision names none, as a share of its entry."),
    naked_limit_seconds: z
      .number()
      .min(0.5)
      .max(600)
      .default(5)
      .describe("Time without a stop after which a position is closed."),
    cooldown_minutes: z
      .number()
      .min(0)
      .max(1e6)
      .default(0)
      .describe("Time after a close in which its symbol is not opened."),
    expiry_days: z.number().min(0).max(60).default(5).describe("Nothing is opened so close to expiry or delisting."),
    sessions: z
      .array(z.enum(["asia", "europe", "us"]))
      .default([])
      .describe("Sessions in which positions may be opened; empty for all."),
    regimes: z.array(z.string()).default([]).describe("Regimes in which positions may be opened; empty for all."),
    unknown_positions: z
      .enum(["refuse", "adopt"])
      .default("refuse")
      .describe(
        "A position that the journal does not know: refused (only closing is left), or taken over with a stop.",
      ),
    halt_flattens: z.boolean().default(false).describe("Whether a halt closes positions; otherwise their stops stay."),
    daily_loss: share().default(0.1).describe("Loss of a UTC day, as a share of its first equity, that halts."),
    max_drawdown: share().default(0.25).describe("Loss from the highest equity, as a share, that halts."),
    rapid_decline: share().default(0.05).describe("Loss within five minutes, as a share, that halts."),
    max_rejects: z
      .int()
      .min(0)
      .max(10_000)
      .default(20)
      .describe("Orders refused by the venue within ten minutes that halt."),
    stale_seconds: z.number().min(0).max(86_400).default(120).describe("A bar so late leaves only closing."),
    clock_skew_ms: z
      .int()
      .min(0)
      .max(60_000)
      .default(1_000)
      .describe("Difference of the clocks that leaves only closing."),
    disconnect_seconds: z
      .number()
      .min(0)
      .max(86_400)
      .default(60)
      .describe("Time without the private stream that leaves only closing."),
    max_position_notional: z.number().min(0).default(0).describe("Greatest notional of a position, quote currency."),
    max_total_notional: z
      .number()
      .min(0)
      .default(0)
      .describe("Greatest notional of all positions: the cap of a live session."),
    max_concurrent: z.int().min(0).default(0).describe("Greatest number of open positions."),
    max_total_leverage: z.number().min(0).default(0).describe("Greatest notional of all positions over equity."),
    max_order_loss: share().default(0).describe("Greatest loss at the stop, as a share of equity."),
    paper_harsh: z
      .boolean()
      .default(true)
      .describe("Whether paper fills are harsh: in part, late, and with extra slippage."),
    paper_partial_probability: share().default(0.2).describe("Probability that a paper order fills only in part."),
    notify: z
      .array(z.enum(["webhook", "telegram", "email"]))
      .default([])
      .describe("Where fills, halts and alarms are told; addresses and keys come from the environment."),
    notify_email_from: z.string().default("").describe("Sender of notices by e-mail."),
    notify_email_to: z.string().default("").describe("Receiver of notices by e-mail."),
    metrics_port: z
      .int()
      .min(0)
      .max(65_535)
      .default(0)
      .describe("Port on 127.0.0.1 at which a session serves Prometheus metrics; 0 serves none."),
    paper_slippage_bps: z
      .number()
      .min(0)
      .max(1_000)
      .default(8)
      .describe("Extra slippage of paper fills, basis points."),
  })
  .describe("Trading on paper and live.");
