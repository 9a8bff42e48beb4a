/** @file Timeframes as V5 names them. */
import { TidemarkError, type Timeframe } from "../../core/index.ts";

const INTERVALS = {
  "1m": "1",
  "3m": "3",
  "5m": "5",
  "15m": "15",
  "30m": "30",
  "1h": "60",
  "2h": "120",
  "4h": "240",
  "6h": "360",
  "12h": "720",
  "1d": "D",
  "1w": "W",
} as const;

export type BybitInterval = (typeof INTERVALS)[keyof typeof INTERVALS];

/** Throws USAGE_ARGUMENT for a timeframe that the venue doesn't have. */
export function bybitInterval(timeframe: Timeframe): BybitInterval {
  const interval = (INTERVALS as Readonly<Record<string, BybitInterval>>)[timeframe];
  if (interval !== undefined) return interval;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `Bybit has no candles of ${timeframe}`,
    fix: `Choose one of ${Object.keys(INTERVALS).join(", ")}; other timeframes are resampled when history is loaded.`,
  });
}
