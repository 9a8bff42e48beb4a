/** @file Candles of two symbols from a seed, as a program would hand them over. */
import { Random } from "../../core/index.ts";
import type { CandleRow } from "../memory-data.ts";

const HOUR_MS = 3_600_000;
const FIRST_MS = Date.UTC(2026, 0, 1);

/** Hourly candles of BTCUSDT and ETHUSDT. */
export function candleRows(bars = 2_400, seed = 5): CandleRow[] {
  const random = new Random(seed);
  const price = [50_000, 2_000];
  return Array.from({ length: bars }, (_, t) => t).flatMap((t) =>
    ["BTCUSDT", "ETHUSDT"].map((symbol, s) => {
      const open = price[s];
      price[s] *= Math.exp(0.004 * random.normal());
      const close = price[s];
      const high = Math.max(open, close) * (1 + 0.002 * random.uniform());
      const low = Math.min(open, close) * (1 - 0.002 * random.uniform());
      return { symbol, timeMs: FIRST_MS + t * HOUR_MS, open, high, low, close, volume: 10 + random.uniform() };
    }),
  );
}
