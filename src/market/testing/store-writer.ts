/**
 * @file A process that writes to a store, for tests of several writers: merges its bars in small portions, over and over
 * when asked to, and says "ready" after the first one.
 * Arguments: folder, first bar, step between its bars, bars, rounds.
 */

import { parseTimeframe, TidemarkError } from "../../core/index.ts";
import { candlesFromRows, MarketStore } from "../index.ts";

const [root, first, step, bars, rounds] = process.argv.slice(2);
const timeframe = parseTimeframe("1m");
const key = { venue: "csv", symbol: "BTCUSDT", timeframe };
const startMs = Date.UTC(2024, 0, 31, 20);
const PORTION = 150;

async function main(): Promise<void> {
  const store = new MarketStore(root, { patienceMs: 60_000 });
  for (let round = 0; round < Number(rounds); round++) {
    for (let from = 0; from < Number(bars); from += PORTION) {
      const count = Math.min(PORTION, Number(bars) - from);
      const rows = Array.from({ length: count }, (_, i) => {
        const bar = Number(first) + (from + i) * Number(step);
        return [startMs + bar * 60_000, 1 + bar, 3 + bar, 1 + bar, 2 + bar, bar + round] as const;
      });
      await store.mergeCandles(key, candlesFromRows(rows));
      if (round === 0 && from === 0) process.stdout.write("ready\n");
    }
  }
}

main().catch((thrown: unknown) => {
  process.stdout.write(thrown instanceof TidemarkError ? `${thrown.code}\n` : `${String(thrown)}\n`);
  process.exitCode = 1;
});
