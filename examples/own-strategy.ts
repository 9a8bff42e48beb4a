/**
 * A rule of one's own, judged beside the baselines: buys a close above the highest close of the last N bars, sells a close
 * below the lowest one, with a trailing stop.
 *
 *     npm run example own-strategy
 */
import {
  compareWithBaselines,
  type DecisionContext,
  Direction,
  decisionConfig,
  type IntentColumns,
  Permission,
  type Policy,
  parseTimeframe,
  syntheticTape,
  verdict,
} from "tidemark";
import { checkPolicy } from "tidemark/testing";

class Breakout implements Policy {
  readonly name: string;
  readonly #bars: number;

  constructor(bars: number) {
    this.name = `breakout ${bars}`;
    this.#bars = bars;
  }

  reset(): void {}

  decide({ tape, bar, desk, permissions }: DecisionContext, intents: IntentColumns): void {
    if (bar < this.#bars) return;
    const S = tape.symbols;
    for (let s = 0; s < S; s++) {
      const close = tape.close[bar * S + s];
      let highest = Number.NEGATIVE_INFINITY;
      let lowest = Number.POSITIVE_INFINITY;
      for (let t = bar - this.#bars; t < bar; t++) {
        highest = Math.max(highest, tape.close[t * S + s]);
        lowest = Math.min(lowest, tape.close[t * S + s]);
      }
      const side = close > highest ? 1 : close < lowest ? -1 : 0;
      // Nothing new, or there already: every symbol is on hold unless something is said.
      if (side === 0 || desk.position(s) * side > 0) continue;
      if ((permissions[s] & (side > 0 ? Permission.long : Permission.short)) === 0) continue;
      intents.direction[s] = side > 0 ? Direction.long : Direction.short;
      intents.size[s] = 1;
      intents.trailDistance[s] = 0.05;
    }
  }
}

const tape = syntheticTape({
  seed: 5,
  bars: 4_000,
  timeframe: parseTimeframe("1h"),
  symbols: ["BTCUSDT", "ETHUSDT"],
  edge: 0.1,
});
const config = decisionConfig({
  exchange: { leverage: 1 },
  sizing: { scheme: "fixed-fraction", fraction: 0.5 },
});
await checkPolicy(() => new Breakout(48), { tape, config });

const comparison = await compareWithBaselines({ tape, policy: new Breakout(48), config, balance: 10_000, seed: 1 });
const { result, statistics } = comparison.policy;
const judged = verdict(comparison);
console.log(`${result.name}: ${result.trades.length} trades, Sharpe ratio ${statistics.sharpe?.toFixed(2) ?? "none"}`);
for (const baseline of comparison.baselines) {
  console.log(`${baseline.result.name}: Sharpe ratio ${baseline.statistics.sharpe?.toFixed(2) ?? "none"}`);
}
console.log(judged.headline);
