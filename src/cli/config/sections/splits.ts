/** @file [splits]: how history is divided in time. */
import { z } from "zod";

export const splitsSection = z
  .strictObject({
    train: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.8)
      .describe("Share of the bars, from the start, that training may see. The rest is for the backtest."),
    embargo_bars: z
      .int()
      .min(0)
      .max(100_000)
      .default(288)
      .describe("Bars between the two that neither uses, so that no feature window reaches across."),
  })
  .describe("Division of the history: training first, then an embargo, then the unseen rest.");
