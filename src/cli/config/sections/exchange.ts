/** @file [exchange]: the simulated exchange's costs, fills and margin. */
import { z } from "zod";

export const exchangeSection = z
  .strictObject({
    taker_fee_bps: z
      .number()
      .min(0)
      .max(1_000)
      .optional()
      .describe(
        "Fee on the notional of every fill, in basis points. Without it each instrument's own fee applies (5.5).",
      ),
    half_spread_bps: z.number().min(0).max(1_000).default(0).describe("Half of the bid-ask spread, in basis points."),
    base_slippage_bps: z.number().min(0).max(1_000).default(1).describe("Slippage of every fill, in basis points."),
    impact: z
      .enum(["none", "linear", "square-root"])
      .default("linear")
      .describe(
        'How an order\'s size moves its price: not at all, "linear" in its notional, or by the "square-root" law.',
      ),
    size_impact_bps: z.number().min(0).default(0.1).describe("Linear impact: basis points for each 1,000 of notional."),
    impact_coefficient: z.number().min(0).default(1).describe("Square-root impact: its coefficient Y."),
    max_participation: z
      .number()
      .gt(0)
      .max(1)
      .default(0.1)
      .describe("Square-root impact: largest share of a bar's volume that can fill."),
    leverage: z.number().min(1).max(200).default(3).describe("Leverage of perpetuals; the venue's own cap also holds."),
    maintenance_margin: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("Share of notional that equity must cover. Without it each instrument's own rate applies (0.005)."),
    liquidation_fee_bps: z.number().min(0).max(1_000).default(50).describe("Fee of a liquidation, in basis points."),
    funding_multiplier: z.number().min(0).default(1).describe("Factor on every funding payment."),
    harsh: z.boolean().default(false).describe("Harsh mode: partial fills, latency and extra slippage, all seeded."),
    harsh_partial_probability: z.number().min(0).max(1).default(0.2).describe("Harsh mode: chance of a partial fill."),
    harsh_slippage_bps: z.number().min(0).max(1_000).default(8).describe("Harsh mode: extra slippage at most."),
    harsh_latency_probability: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe("Harsh mode: chance to fill a bar later."),
  })
  .describe("The simulated exchange: the same for training, backtest and paper trading.");
