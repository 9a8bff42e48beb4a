/** @file Stress tests and Monte Carlo, in backtests and runs a second. */
import { baselineConfig, baselinePolicy, runStress } from "../../evaluate/index.ts";
import { sliceTape } from "../../market/index.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchDecision } from "./decision.ts";
import { benchTape } from "./market.ts";

const BARS = 8_640;
const MONTE_CARLO = 20_000;

export const stressBenchmark: Benchmark = {
  name: "stress",
  summary:
    "backtests/s: every scenario of a stress test on five symbols over a month of 5m bars; and Monte Carlo runs/s",
  async run({ clock, signal, onProgress }) {
    const tape = sliceTape(benchTape(), 0, BARS);
    const play = async (runs: number): Promise<{ readonly ms: number; readonly backtests: number }> => {
      const startMs = clock.elapsedMs();
      const { backtests } = await runStress({
        tape,
        decision: baselineConfig(benchDecision()),
        policyOn: () => baselinePolicy("sma-cross", 1, { smaCross: { fast: 50, slow: 400, longOnly: false } }),
        from: 0,
        to: BARS,
        balance: 10_000,
        seed: 1,
        monteCarlo: runs,
        signal,
        onProgress,
      });
      return { ms: clock.elapsedMs() - startMs, backtests };
    };
    const plain = await play(0);
    const drawn = await play(MONTE_CARLO);
    // Two series are drawn: the order of trades, and blocks of returns.
    const runsMs = Math.max(1, drawn.ms - plain.ms);
    const detail = {
      symbols: tape.symbols,
      bars: BARS,
      backtests: plain.backtests,
      candlesPerSecond: Math.round((plain.backtests * BARS * tape.symbols * 1_000) / plain.ms),
      monteCarloPerSecond: Math.round((2 * MONTE_CARLO * 1_000) / runsMs),
    };
    const value = Math.round((10_000 * plain.backtests) / plain.ms) / 10;
    return [{ name: "stress", value, unit: "backtests/s", detail }];
  },
};
