/** @file Candles that are stored, features that are known, settings and checks of this machine. */
import { z } from "zod";
import { timeMs } from "./common.ts";

export const dataSetSchema = z.object({
  venue: z.string(),
  symbol: z.string(),
  kind: z.string(),
  timeframe: z.string(),
  firstMs: timeMs,
  lastMs: timeMs,
  bars: z.number(),
  gaps: z.number(),
  missingBars: z.number(),
  fundingStamps: z.number(),
  markBars: z.number(),
  bytes: z.number(),
  synthetic: z.boolean(),
  damage: z.string().nullable(),
  /** Terms of the contract, and which of them were guessed. */
  quote: z.string().nullable(),
  tickSize: z.string().nullable(),
  lotStep: z.string().nullable(),
  takerFeeBps: z.number().nullable(),
  maxLeverage: z.number().nullable(),
  guessed: z.array(z.string()),
  /** Findings of the last check, in words. */
  findings: z.array(z.string()),
});
export type DataSet = z.infer<typeof dataSetSchema>;
export const dataSchema = z.object({ root: z.string(), items: z.array(dataSetSchema) });

/** GET data/coverage?venue=&symbol=&kind=&timeframe=: months of a series, from its first to its last bar. */
export const coverageSchema = z.object({
  items: z.array(
    z.object({
      monthMs: timeMs,
      bars: z.number(),
      /** Bars that the month has room for; null for a market that closes. */
      expected: z.number().nullable(),
    }),
  ),
});
export type Coverage = z.infer<typeof coverageSchema>;

export const featureSchema = z.object({
  name: z.string(),
  group: z.string(),
  description: z.string(),
  warmup: z.number().nullable(),
  source: z.string(),
});
export const featuresSchema = z.object({ items: z.array(featureSchema) });
export type Feature = z.infer<typeof featureSchema>;

/**
 * GET series: what `candles` and `candles/indicators` can be asked about. By `session` and `symbol` where a session had the bars,
 * by `venue`, `symbol`, `kind` and `timeframe` where they are stored.
 */
export const seriesSchema = z.object({
  session: z.object({ id: z.string(), running: z.boolean() }).nullable(),
  venue: z.string().nullable(),
  symbol: z.string(),
  kind: z.string().nullable(),
  timeframe: z.string(),
  /** Open times of the first and the last bar. */
  firstMs: timeMs,
  lastMs: timeMs,
  /** Null where the session's records don't tell. */
  synthetic: z.boolean().nullable(),
});
export type Series = z.infer<typeof seriesSchema>;
export const allSeriesSchema = z.object({ items: z.array(seriesSchema) });

/**
 * GET indicators: what a chart can draw. `candles/indicators?names=` takes them with any whole numbers in the place of `#`, and
 * "regime", whose lines regime.up, regime.down, regime.range and regime.volatile are 0 or 1 as a policy is told at the bar's close.
 */
export const indicatorSchema = z.object({
  /** With its usual numbers, such as "ema50". */
  name: z.string(),
  /** With `#` for every number. */
  pattern: z.string(),
  title: z.string(),
  /** Drawn over the price, in its units; else in a pane of its own. */
  overPrice: z.boolean(),
  /** Levels that its pane marks. */
  levels: z.array(z.number()),
  source: z.string(),
});
export const indicatorsSchema = z.object({
  items: z.array(indicatorSchema),
  /** Trading sessions by hours of UTC, `[fromHour, toHour)`, some over midnight: what a model may be held to, with the regime. */
  sessions: z.array(z.object({ name: z.string(), fromHour: z.number(), toHour: z.number() })),
});
export type MarketSession = z.infer<typeof indicatorsSchema>["sessions"][number];
export type Indicator = z.infer<typeof indicatorSchema>;

/** Every setting by dotted key, resolved; secrets are never among them. */
export const configSchema = z.object({
  path: z.string().nullable(),
  values: z.unknown(),
  explicit: z.array(z.string()),
});
export const checksSchema = z.object({
  items: z.array(z.object({ name: z.string(), status: z.string(), text: z.string(), fix: z.string().nullable() })),
});
