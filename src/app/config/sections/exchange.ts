/** @file [exchange]: the simulated exchange's costs, fills and margin. */
import { z } from "zod";
import { EXCHANGE_DEFAULTS as DEFAULTS, SlippageModel } from "../../../exchange/choices.ts";

const basisPoints = z.number().min(0).max(1_000);
const probability = z.number().min(0).max(1);

export const exchangeSection = z
  .strictObject({
    taker_fee_bps: z
      .number()
      .min(-100)
      .max(1_000)
      .optional()
      .describe("Fee on the notional of every fill, in basis points. Without it each instrument's own fee applies."),
    maintenance_margin_rate: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        "Share of notional that equity must cover beside the fee to close. Without it each instrument's own tiers or rate.",
      ),
    funding_multiplier: z
      .number()
      .min(0)
      .max(1_000)
      .default(DEFAULTS.fundingMultiplier)
      .describe("Factor on every funding payment; 0 switches funding off."),
    settle_after_bars: z
      .int()
      .min(0)
      .max(2_000_000_000)
      .optional()
      .describe(
        "Bars without a bar of a symbol after which its position is settled at the last price, as at a delisting; 0 for never. Without it as many as make a week.",
      ),
    break_even_distance: z
      .number()
      .min(0)
      .max(100)
      .default(DEFAULTS.breakEvenDistance)
      .describe(
        "Profit, as a share of the entry price, from which on the stop lies at the entry or better; 0 for no such stop.",
      ),
    profit_lock_share: probability
      .default(DEFAULTS.profitLockShare)
      .describe("Share of the best profit that this stop keeps; 0 for the entry price itself."),
    slippage_model: z
      .enum(SlippageModel)
      .default(DEFAULTS.slippageModel)
      .describe(
        'How an order moves its price: "fixed" costs only, "linear" in its notional, or "square-root" of its share of the volume.',
      ),
    half_spread_bps: basisPoints
      .default(DEFAULTS.halfSpreadBps)
      .describe("Half of the bid-ask spread, in basis points."),
    base_slippage_bps: basisPoints
      .default(DEFAULTS.baseSlippageBps)
      .describe("Slippage of every fill, in basis points."),
    size_impact_bps_per_1000: basisPoints
      .default(DEFAULTS.sizeImpactBpsPer1000)
      .describe("Linear impact: basis points for each 1,000 of notional."),
    impact_coefficient: z
      .number()
      .min(0)
      .max(100)
      .default(DEFAULTS.impactCoefficient)
      .describe("Square-root impact: Y in Y * daily volatility * sqrt(quantity / volume)."),
    participation_cap: probability
      .default(DEFAULTS.participationCap)
      .describe("Linear and square-root impact: largest share of an average bar's volume that fills; 0 for no limit."),
    slippage_cap_bps: z
      .number()
      .min(0)
      .max(5_000)
      .default(DEFAULTS.slippageCapBps)
      .describe("Spread, slippage, impact and latency together never exceed this, before the cost multiplier."),
    cost_multiplier: z
      .number()
      .min(0)
      .max(100)
      .default(DEFAULTS.costMultiplier)
      .describe("Factor on fees, and on spread, slippage and impact with their cap."),
    leverage: z
      .number()
      .min(1)
      .max(200)
      .default(DEFAULTS.leverage)
      .describe("Leverage of perpetuals; the venue's own cap also holds."),
    liquidation_fee_bps: basisPoints
      .default(DEFAULTS.liquidationFeeBps)
      .describe("Fee of a liquidation on top of the taker fee, in basis points."),
    harsh: z
      .boolean()
      .default(DEFAULTS.harsh)
      .describe("Harsh mode: partial fills, latency and extra slippage, drawn from the seed."),
    harsh_partial_probability: probability
      .default(DEFAULTS.harshPartialProbability)
      .describe("Harsh mode: chance that an order fills only in part."),
    harsh_latency_share: probability
      .default(DEFAULTS.harshLatencyShare)
      .describe("Harsh mode: greatest share of the last bar's range by which the price moves away first."),
    harsh_extra_slippage_bps: basisPoints
      .default(DEFAULTS.harshExtraSlippageBps)
      .describe("Harsh mode: extra slippage of every fill, in basis points."),
  })
  .describe("The simulated exchange: the same for training, backtest and paper trading.");
