/**
 * @file Recorded backtests of rule policies: five symbols over half a year of five-minute bars, all costs, every
 * invariant asserted. Prints one JSON object a line, in candles (bars times symbols) a second.
 *
 * Protocol: fixed work, one warm-up, the fastest of five runs. Compile with
 * `npx tsc -p tsconfig.json --noEmit false --outDir node_modules/.cache/bench`, then
 * `node node_modules/.cache/bench/bench/backtest.js`.
 */
import { parseTimeframe, systemClock } from "../src/core/index.ts";
import { BASELINE_NAMES, backtest, baselineConfig, baselinePolicy, evaluate } from "../src/evaluate/index.ts";
import { resolveExchangeConfig } from "../src/exchange/index.ts";
import { syntheticTape } from "../src/market/index.ts";
import { resolveSizingConfig } from "../src/portfolio/index.ts";
import { resolveRiskConfig } from "../src/risk/index.ts";

const BARS = 51_840;
const REPEATS = 5;

const tape = syntheticTape({ seed: 1, bars: BARS, timeframe: parseTimeframe("5m") });
const config = baselineConfig({
  exchange: resolveExchangeConfig(),
  sizing: resolveSizingConfig(),
  risk: resolveRiskConfig(),
});

for (const name of BASELINE_NAMES) {
  const once = () => backtest({ tape, policy: baselinePolicy(name, 1), config, balance: 10_000, seed: 1 });
  const result = await once();
  let bestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const startMs = systemClock.elapsedMs();
    await once();
    bestMs = Math.min(bestMs, systemClock.elapsedMs() - startMs);
  }
  const startMs = systemClock.elapsedMs();
  const { trades } = evaluate(result).statistics;
  const statisticsMs = systemClock.elapsedMs() - startMs;
  const value = Math.round((BARS * tape.symbols * 1_000) / bestMs);
  const detail = {
    policy: result.name,
    symbols: tape.symbols,
    bars: BARS,
    fills: result.fills.length,
    trades,
    statisticsMs,
  };
  console.log(JSON.stringify({ name: "backtest", value, unit: "candles/s", detail }));
}
