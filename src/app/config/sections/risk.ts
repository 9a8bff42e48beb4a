/** @file [risk]: limits that hold whatever the policy wants. Zero switches a limit off. */
import { z } from "zod";
import { RISK_DEFAULTS as DEFAULTS } from "../../../risk/choices.ts";

const share = z.number().min(0).max(1);
const multiple = z.number().min(0).max(1_000);

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
    drawdown_from: share
      .default(DEFAULTS.drawdownFrom)
      .describe("Drawdown from which on sizes are scaled down, to nothing at drawdown_to; 0 for no scaling."),
    drawdown_to: share
      .default(DEFAULTS.drawdownTo)
      .describe("Drawdown at which scaled sizes reach nothing and only closing is allowed; acts with drawdown_from."),
    max_value_at_risk: multiple
      .default(DEFAULTS.maxValueAtRisk)
      .describe("Greatest value at risk of a day at 99 %, as a share of equity; 0 for no limit."),
    max_shortfall: multiple
      .default(DEFAULTS.maxShortfall)
      .describe("Greatest expected shortfall of a day at 99 %, as a share of equity; 0 for no limit."),
    max_position_share: multiple
      .default(DEFAULTS.maxPositionShare)
      .describe("Greatest notional of one position over equity; 0 for no limit."),
    max_venue_share: multiple
      .default(DEFAULTS.maxVenueShare)
      .describe("Greatest notional at one venue over equity; 0 for no limit."),
    max_correlated: multiple
      .default(DEFAULTS.maxCorrelated)
      .describe("Greatest notional of positions that win and lose together, over equity; 0 for no limit."),
    correlated_from: share
      .default(DEFAULTS.correlatedFrom)
      .describe("Correlation from which on positions count as winning and losing together."),
    max_stress_loss: share
      .default(DEFAULTS.maxStressLoss)
      .describe("Greatest loss, as a share of equity, in a move of all prices by stress_move; 0 for no limit."),
    stress_move: z
      .number()
      .min(0.001)
      .max(1)
      .default(DEFAULTS.stressMove)
      .describe("Move of all prices, up or down, that max_stress_loss is measured in."),
    turbulent_scale: share
      .default(DEFAULTS.turbulentScale)
      .describe("Scale of sizes in a symbol that is 1.5 times as wild as in the last thirty days; 1 for none."),
    max_exit_bars: z
      .number()
      .min(0)
      .max(1e9)
      .default(DEFAULTS.maxExitBars)
      .describe("Bars that closing a position may take at exit_participation; 0 for no limit."),
    exit_participation: z
      .number()
      .min(1e-6)
      .max(1)
      .default(DEFAULTS.exitParticipation)
      .describe("Share of an average bar's volume that closing takes, for max_exit_bars."),
    max_component_risk: multiple
      .default(DEFAULTS.maxComponentRisk)
      .describe(
        "Greatest part of one position in the value at risk of a day at 99 %, as a share of equity; 0 for no limit.",
      ),
    max_marginal_risk: multiple
      .default(DEFAULTS.maxMarginalRisk)
      .describe("Greatest growth of that value at risk for one more equity's worth of the symbol; 0 for no limit."),
    max_exit_cost: multiple
      .default(DEFAULTS.maxExitCost)
      .describe(
        "Greatest cost of closing a position at once, as a share of equity: fee and square-root impact; 0 for no limit.",
      ),
    exit_impact: multiple
      .default(DEFAULTS.exitImpact)
      .describe("Impact of trading a whole day's volume, in daily deviations, for max_exit_cost."),
    stop_volatility: z
      .number()
      .min(0)
      .max(100)
      .default(DEFAULTS.stopVolatility)
      .describe(
        "Stop in standard deviations of a day where neither the policy nor stop_distance names one; 0 for none.",
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
