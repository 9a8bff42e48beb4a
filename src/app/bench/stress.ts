/** @file Stress tests, in backtests a second. */
import { baselineConfig, baselinePolicy, runStress } from "../../evaluate/index.ts";
import { sliceTape } from "../../market/index.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchDecision } from "./decision.ts";
import { benchTape } from "./market.ts";

const BARS = 8_640;

export const stressBenchmark: Benchmark = {
  name: "stress",
  summary: "backtests/s: every scenario of a stress test on five symbols over a month of 5m bars",
  async run({ clock, signal, onProgress }) {
    const tape = sliceTape(benchTape(), 0, BARS);
    const startMs = clock.elapsedMs();
    const { backtests } = await runStress({
      tape,
      decision: baselineConfig(benchDecision()),
      policyOn: () => baselinePolicy("sma-cross", 1, { smaCross: { fast: 50, slow: 400, longOnly: false } }),
      from: 0,
      to: BARS,
      balance: 10_000,
      seed: 1,
      monteCarlo: 0,
      signal,
      onProgress,
    });
    const ms = clock.elapsedMs() - startMs;
    const detail = {
      symbols: tape.symbols,
      bars: BARS,
      backtests,
      candlesPerSecond: Math.round((backtests * BARS * tape.symbols * 1_000) / ms),
    };
    const value = Math.round((10_000 * backtests) / ms) / 10;
    return [{ name: "stress", value, unit: "backtests/s", detail }];
  },
};
