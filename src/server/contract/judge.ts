/** @file Reports: what was judged, and the verdict. */
import { z } from "zod";
import { timeMs } from "./common.ts";

const strategySchema = z.object({
  name: z.string(),
  totalReturn: z.number(),
  sharpe: z.number().nullable(),
  maxDrawdown: z.number().nullable(),
  trades: z.number().nullable(),
  winRate: z.number().nullable(),
});

export const reportSchema = z.object({
  id: z.string(),
  madeMs: timeMs,
  policy: strategySchema,
  baselines: z.array(strategySchema),
  symbols: z.array(z.string()),
  timeframe: z.string(),
  synthetic: z.boolean(),
  model: z.string().nullable(),
  tradeHash: z.string(),
  verdict: z.object({
    standing: z.string(),
    headline: z.string(),
    sentences: z.array(z.string()),
    conditions: z.array(z.object({ name: z.string(), passed: z.boolean().nullable(), text: z.string() })),
  }),
});
export type Report = z.infer<typeof reportSchema>;
export const reportsSchema = z.object({
  items: z.array(reportSchema),
  unreadable: z.array(z.object({ id: z.string(), error: z.string() })),
});

/** POST reports/{id}/ticket: an address that shows the report's page once, within 30 seconds, in a sandboxed frame. */
export const ticketSchema = z.object({ path: z.string(), expiresMs: timeMs });
