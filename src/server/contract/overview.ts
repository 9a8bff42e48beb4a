/** @file Is all well, in five seconds. */
import { z } from "zod";
import { assetClassSchema, decimalText, modeSchema, timeMs } from "./common.ts";
import { jobSchema } from "./jobs.ts";
import { sessionSchema } from "./trade.ts";

export const overviewSchema = z.object({
  serverMs: timeMs,
  version: z.string(),
  /** Whether the sessions trade a demonstration's market, on a venue of this machine. */
  isDemo: z.boolean(),
  /** Whose recorded candles that venue plays; null where every price is made up. */
  demoSource: z.string().nullable().optional(),
  folder: z.string(),
  /** Equity and the day's profit by asset class and mode, of sessions of one class. */
  cells: z.array(
    z.object({
      assetClass: assetClassSchema,
      mode: modeSchema,
      currency: z.string(),
      sessions: z.number(),
      equity: decimalText,
      dayProfit: decimalText,
      positions: z.number(),
      naked: z.number(),
    }),
  ),
  sessions: z.array(sessionSchema),
  jobs: z.array(jobSchema),
  /** What needs a human, the worst first. */
  attention: z.array(
    z.object({ level: z.enum(["warn", "bad"]), what: z.string(), fix: z.string(), link: z.string().nullable() }),
  ),
});
export type Overview = z.infer<typeof overviewSchema>;
