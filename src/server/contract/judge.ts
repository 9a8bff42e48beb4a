/** @file Reports: what was judged, and the verdict. */
import { z } from "zod";
import { decimalText, timeMs } from "./common.ts";

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

/** Walk-forwards, purged splits, stress, bias, drift and parity: what their verbs found, wherever they were started. */
export const resultSchema = z.object({
  id: z.string(),
  kind: z.enum(["walkforward", "kfold", "cpcv", "stress", "bias", "drift", "parity"]),
  /** Of what. */
  name: z.string(),
  madeMs: timeMs,
  headline: z.string(),
  /** By name; shares, ratios and counts. */
  figures: z.record(z.string(), z.number().nullable()),
  /** Whether there is a page, which results/{id}/ticket shows. */
  hasPage: z.boolean(),
});
export type Result = z.infer<typeof resultSchema>;
/** GET results?kind= */
export const resultsSchema = z.object({
  items: z.array(resultSchema),
  unreadable: z.array(z.object({ id: z.string(), error: z.string() })),
});
/** GET results/{id}: with what the verb says with `--json`. */
export const resultDetailSchema = z.object({ result: resultSchema, data: z.record(z.string(), z.unknown()) });

const comparedTradeSchema = z.object({
  side: z.enum(["long", "short"]),
  entryMs: timeMs,
  exitMs: timeMs,
  quantity: decimalText,
  entryPrice: decimalText,
  exitPrice: decimalText,
  netProfit: decimalText,
});
/** GET difference?a=&b=: two records of trading, sessions ("paper/NAME") or reports, split into what caused it. */
export const differenceSchema = z.object({
  a: z.string(),
  b: z.string(),
  netA: decimalText,
  netB: decimalText,
  /** Net profit of b less that of a, and its parts by cause: they add up to it. */
  difference: decimalText,
  parts: z.record(z.string(), decimalText),
  matched: z.number(),
  onlyA: z.number(),
  onlyB: z.number(),
  /** Of the trades, those that differ most; the sums are of all. */
  trades: z.array(
    z.object({
      symbol: z.string(),
      entryMs: timeMs,
      a: comparedTradeSchema.nullable(),
      b: comparedTradeSchema.nullable(),
      difference: decimalText,
      why: z.string(),
    }),
  ),
});
export type Difference = z.infer<typeof differenceSchema>;

/** POST reports/{id}/ticket: an address that shows the report's page once, within 30 seconds, in a sandboxed frame. */
export const ticketSchema = z.object({ path: z.string(), expiresMs: timeMs });
