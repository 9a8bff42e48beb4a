/** @file [features]: what the policy sees of the market. */
import { z } from "zod";

export const featuresSection = z
  .strictObject({
    set: z.string().min(1).default("core20").describe("A named set; `tidemark features --list` shows them."),
    list: z
      .array(z.string().min(1))
      .default([])
      .describe("An own list of feature names, used instead of the set when it is not empty."),
  })
  .describe("Features of a bar, computed from it and earlier bars only.");
