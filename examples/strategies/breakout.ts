/**
 * Breakout: buys a close above the highest high of the last N bars, sells a close below the lowest low, and lets a trailing
 * stop decide when it was enough.
 *
 *     tidemark backtest --strategy examples/strategies/breakout.ts
 *     tidemark tune --strategy examples/strategies/breakout.ts --trials 30
 */
import type { Strategy } from "tidemark";

export const strategy = {
  name: "breakout",
  parameters: {
    bars: { default: 48, low: 12, high: 192, log: true },
    trail: { default: 0.04, low: 0.01, high: 0.12, log: true },
  },
  warmup: ({ bars }) => bars,
  decide: (symbol, { bars, trail }) => {
    const close = symbol.close();
    if (close > symbol.highest(bars) && symbol.exposure <= 0) symbol.long(0.5, { trail });
    else if (close < symbol.lowest(bars) && symbol.exposure >= 0 && symbol.mayShort) symbol.short(0.5, { trail });
  },
} satisfies Strategy;
