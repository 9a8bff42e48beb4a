/** @file [splits]: how history is divided in time. */
import { z } from "zod";

export const splitsSection = z
  .strictObject({
    train: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.8)
      .describe("Share of the bars, from the start, that training may use. The rest is for the backtest."),
    validation: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.1)
      .describe("Share of that part, its end, which chooses the parameters that are kept; 0 for none."),
    embargo_bars: z
      .int()
      .min(0)
      .max(100_000)
      .default(48)
      .describe("Bars between the parts that none of them uses, so that nothing which looks back reaches across."),
  })
  .describe("Division of the history: training, validation, then the unseen rest.");
