/**
 * Funding carry: stands on the side that is paid. Where longs have paid more than a threshold over the last stamps it is
 * short, where shorts have paid it is long, else it is out.
 *
 *     tidemark backtest --strategy examples/strategies/funding-carry.ts --timeframe 1h
 */
import type { Strategy } from "tidemark";

const DAY_MS = 86_400_000;

export const strategy = {
  name: "funding-carry",
  parameters: {
    days: { default: 3, low: 1, high: 14 },
    // Paid a day, as a share of notional.
    threshold: { default: 0.0003, low: 0.0001, high: 0.003, log: true, whole: false },
  },
  warmup: 24,
  decide: (symbol, { days, threshold }) => {
    let paid = 0;
    for (let back = 0; back * symbol.barMs < days * DAY_MS && back <= symbol.bar; back++) paid += symbol.funding(back);
    const daily = paid / days;
    if (daily > threshold && symbol.mayShort) {
      if (symbol.exposure >= 0) symbol.short(0.5, { stop: 0.1 });
    } else if (daily < -threshold) {
      if (symbol.exposure <= 0) symbol.long(0.5, { stop: 0.1 });
    } else if (symbol.exposure !== 0) symbol.flat();
  },
} satisfies Strategy;
