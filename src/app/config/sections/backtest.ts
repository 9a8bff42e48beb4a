/** @file [backtest]: the account and the baselines a model is held against. */
import { z } from "zod";

export const backtestSection = z
  .strictObject({
    initial_balance: z
      .number()
      .positive()
      .default(10_000)
      .describe("Balance at the start, in quote currency; training accounts start with the same."),
    baselines: z
      .boolean()
      .default(true)
      .describe("Whether buy and hold, equal weight, flat, random and a moving-average cross run beside a model."),
    fast: z.int().min(1).default(10).describe("Bars of the fast average of the moving-average cross."),
    slow: z.int().min(2).default(30).describe("Bars of its slow average."),
    risk_free_rate: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe("Yearly rate that Sharpe and Sortino are measured over."),
    max_bars: z.int().min(0).default(0).describe("Newest bars of the unseen range that are used; 0 for all."),
  })
  .describe("Backtests.");
