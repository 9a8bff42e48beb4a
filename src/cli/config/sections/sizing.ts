/** @file [sizing]: how much is bought. The policy's size in [0, 1] multiplies what the scheme allows. */
import { z } from "zod";

const perClass = (spot: number, futures: number, forex: number, options: number) => ({
  crypto_spot: z.number().min(0).default(spot).describe("Crypto spot."),
  crypto_futures: z.number().min(0).default(futures).describe("Crypto perpetuals and futures."),
  forex: z.number().min(0).default(forex).describe("Currency pairs."),
  options: z.number().min(0).default(options).describe("Options, by premium."),
});

const budgetSection = z
  .strictObject({
    threshold: z.number().positive().default(1_000).describe("Notional above which `share_above` sizes a position."),
    profit_rollover: z.boolean().default(true).describe("Whether realised profit is added to its own budget."),
    ladder_window_days: z.int().min(1).max(365).default(7).describe("Days of profit that the ladder looks at."),
    ladder: z
      .array(z.tuple([z.number(), z.number().min(0.5).max(5)]))
      .default([
        [200, 1.2],
        [500, 1.5],
        [1_000, 2],
      ])
      .describe("Rows of [profit over the window, multiplier of the risk share]."),
    allocation: z
      .strictObject(perClass(1_000, 1_500, 5_000, 3_000))
      .prefault({})
      .describe("Budget of each asset class, in quote currency. Budgets never bleed into each other."),
    risk_share: z
      .strictObject(perClass(0.02, 0.01, 0.005, 0.01))
      .prefault({})
      .describe("Share of its budget that one position of the class may use."),
    share_above: z
      .strictObject(perClass(0.0075, 0.005, 0.0035, 0.005))
      .prefault({})
      .describe("Share of its budget above the threshold."),
  })
  .describe('Sizing by budgets (scheme = "budget").');

export const sizingSection = z
  .strictObject({
    scheme: z
      .enum(["schedule", "budget", "volatility-target", "fixed-fraction"])
      .default("schedule")
      .describe(
        'How notional is found: "schedule" by rows of equity growth, "budget" by asset class, "volatility-target", or "fixed-fraction" of equity.',
      ),
    schedule: z
      .array(z.tuple([z.number().positive(), z.number().gt(0).max(1), z.number().positive()]))
      .min(1)
      .default([
        [1, 0.02, 2_000],
        [2, 0.015, 5_000],
        [5, 0.01, 10_000],
        [10, 0.005, 15_000],
      ])
      .describe("Rows of [multiple of the initial balance, share of equity at risk, greatest notional]."),
    fraction: z.number().gt(0).max(100).default(0.2).describe("Fixed fraction: notional of one position over equity."),
    volatility_target: z
      .number()
      .gt(0)
      .max(5)
      .default(0.1)
      .describe("Volatility target: yearly volatility that one position may add, as a share of equity."),
    rebalance_band: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe("Changes smaller than this share of the target are not sent."),
    budget: budgetSection.prefault({}),
  })
  .describe("Position sizing.");
