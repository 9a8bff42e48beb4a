/**
 * Mean reversion: buys what is cheap against its own average in a quiet market, sells what is dear, closes at the average.
 *
 *     tidemark backtest --strategy examples/strategies/mean-reversion.ts --param entry=2.5
 */
import type { Strategy } from "tidemark";

export const strategy = {
  name: "mean-reversion",
  parameters: {
    bars: { default: 40, low: 10, high: 120 },
    entry: { default: 2, low: 1, high: 4 },
    // Above it the market trends, and what is cheap gets cheaper.
    strongest: { default: 25, low: 10, high: 60 },
  },
  features: ["adx14"],
  warmup: ({ bars }) => bars,
  decide: (symbol, { bars, entry, strongest }) => {
    const deviation = symbol.deviation(bars);
    if (!(deviation > 0)) return;
    const score = (symbol.close() - symbol.mean(bars)) / deviation;
    if (symbol.exposure !== 0) {
      if (symbol.exposure * score >= 0) symbol.flat();
      return;
    }
    if (symbol.feature("adx14") * 100 > strongest) return;
    if (score < -entry) symbol.long(0.5, { stop: 0.05, bars: 2 * bars });
    else if (score > entry && symbol.mayShort) symbol.short(0.5, { stop: 0.05, bars: 2 * bars });
  },
} satisfies Strategy;
