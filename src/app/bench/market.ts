/** @file The market that benchmarks run on: synthetic, so that every machine measures the same work. */
import { parseTimeframe } from "../../core/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";

/** Half a year of five-minute bars. */
const BENCH_BARS = 51_840;

let tape: MarketTape | undefined;

/** Five symbols; made once a process. */
export function benchTape(): MarketTape {
  tape ??= syntheticTape({ seed: 1, bars: BENCH_BARS, timeframe: parseTimeframe("5m") });
  return tape;
}
