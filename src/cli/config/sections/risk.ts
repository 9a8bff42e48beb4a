/** @file [risk]: limits that hold whatever the policy wants. Zero switches a limit off. */
import { z } from "zod";

export const riskSection = z
  .strictObject({
    max_concurrent: z.int().min(0).default(5).describe("Greatest number of open positions; 0 for no limit."),
    max_position_notional: z.number().min(0).default(0).describe("Greatest notional of one position; 0 for no limit."),
    max_total_leverage: z.number().min(0).default(0).describe("Greatest total notional over equity; 0 for no limit."),
    max_drawdown: z
      .number()
      .min(0)
      .max(1)
      .default(0.3)
      .describe("Drawdown of equity at which only closing is allowed; 0 for no limit."),
    daily_loss: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe("Loss of a UTC day, as a share of its first equity, at which only closing is allowed; 0 for no limit."),
    cooldown_bars: z.int().min(0).default(0).describe("Bars after a stop before the symbol may be entered again."),
    stop_distance: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe("Stop of every position as a share of its entry, where the policy names none; 0 for none."),
    target_distance: z.number().min(0).default(0).describe("Target of every position, likewise."),
    trail_distance: z.number().min(0).lt(1).default(0).describe("Trailing stop of every position, likewise."),
    max_bars: z.int().min(0).default(0).describe("Bars after which a position is closed; 0 for never."),
  })
  .describe("Risk limits and default brackets.");
