/** @file A recorded backtest of a rule, in candles a second. */
import { backtest, baselineConfig, baselinePolicy } from "../../evaluate/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { resolveRiskConfig } from "../../risk/index.ts";
import { type Benchmark, fastestMs } from "./benchmark.ts";
import { benchTape } from "./market.ts";

export const backtestBenchmark: Benchmark = {
  name: "backtest",
  summary: "candles/s: a moving-average cross on five symbols over half a year of 5m bars, everything recorded",
  async run(context) {
    const tape = benchTape();
    const config = baselineConfig({
      exchange: resolveExchangeConfig(),
      sizing: resolveSizingConfig(),
      risk: resolveRiskConfig(),
    });
    let fills = 0;
    const ms = await fastestMs(context, 5, async () => {
      const policy = baselinePolicy("sma-cross", 1);
      fills = (await backtest({ tape, policy, config, balance: 10_000, seed: 1 })).fills.length;
    });
    const candles = tape.bars * tape.symbols;
    const detail = { policy: "sma-cross 10/30", symbols: tape.symbols, bars: tape.bars, fills, ms: Math.round(ms) };
    return [{ name: "backtest", value: Math.round((candles / ms) * 1000), unit: "candles/s", detail }];
  },
};
