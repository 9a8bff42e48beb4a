/** @file [risk]: limits that hold whatever the policy wants. Zero switches a limit off. */
import { z } from "zod";
import { RISK_DEFAULTS as DEFAULTS } from "../../../risk/choices.ts";

const share = z.number().min(0).max(1);

export const riskSection = z
  .strictObject({
    allow_short: z.boolean().default(DEFAULTS.allowShort).describe("Whether perpetuals may be sold short."),
    close_only: z.boolean().default(DEFAULTS.closeOnly).describe("Only close and reduce."),
    max_concurrent: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(DEFAULTS.maxConcurrent)
      .describe("Greatest number of open positions; 0 for no limit."),
    max_position_notional: z
      .number()
      .min(0)
      .max(1e15)
      .default(DEFAULTS.maxPositionNotional)
      .describe("Greatest notional of one position, in quote currency; 0 for no limit."),
    max_total_leverage: z
      .number()
      .min(0)
      .max(1_000)
      .default(DEFAULTS.maxTotalLeverage)
      .describe("Greatest total notional over equity; 0 for no limit."),
    max_order_loss: share
      .default(DEFAULTS.maxOrderLoss)
      .describe("Greatest loss at a position's stop, as a share of equity; 0 for no limit."),
    max_drawdown: share
      .default(DEFAULTS.maxDrawdown)
      .describe("Drawdown, as a share of the peak, from which on only closing is allowed; 0 for no limit."),
    daily_loss: share
      .default(DEFAULTS.dailyLoss)
      .describe(
        "Loss of a UTC day, as a share of its first equity, from which on only closing is allowed that day; 0 for no limit.",
      ),
    cooldown_bars: z
      .int()
      .min(0)
      .max(2_000_000_000)
      .default(DEFAULTS.cooldownBars)
      .describe("Bars after a close in which the symbol may not be entered again."),
    stop_distance: share
      .default(DEFAULTS.stopDistance)
      .describe("Stop of every position as a share of its entry price, where the policy names none; 0 for none."),
    target_distance: z
      .number()
      .min(0)
      .max(100)
      .default(DEFAULTS.targetDistance)
      .describe("Target of every position, likewise."),
    trail_distance: share.default(DEFAULTS.trailDistance).describe("Trailing stop of every position, likewise."),
    max_bars: z
      .int()
      .min(0)
      .max(2_000_000_000)
      .default(DEFAULTS.maxBars)
      .describe("Bars after which a position is closed; 0 for never."),
  })
  .describe("Risk limits and default brackets.");
