/** @file A synthetic market of three symbols, hourly. */
import { parseTimeframe } from "../../core/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";

export function hourlyTape(bars: number): MarketTape {
  return syntheticTape({ seed: 7, bars, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"] });
}
