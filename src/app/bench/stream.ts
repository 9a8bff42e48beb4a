/** @file Ten years of minutes through the streamed backtest: 26 million candles, and the memory that they take. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTimeframe } from "../../core/index.ts";
import { baselineConfig, baselinePolicy, streamedBacktest } from "../../evaluate/index.ts";
import { MarketStore, SYNTHETIC_SYMBOLS, SYNTHETIC_VENUE, streamTape, syntheticMarket } from "../../market/index.ts";
import type { BenchContext, Benchmark } from "./benchmark.ts";
import { benchDecision } from "./decision.ts";

/** Ten years of 365.25 days. */
const BARS = 5_259_600;
const timeframe = parseTimeframe("1m");

/** A store of one symbol after the other, so that the market itself is never in memory. */
async function fillStore(root: string, { signal, onProgress }: BenchContext): Promise<void> {
  const store = new MarketStore(root);
  for (const [i, symbol] of SYNTHETIC_SYMBOLS.entries()) {
    signal.throwIfAborted();
    onProgress({ label: "makes candles", done: i, total: SYNTHETIC_SYMBOLS.length, unit: "symbols" });
    const startMs = Date.UTC(2014, 0, 1);
    const [{ instrument, candles, funding }] = syntheticMarket({
      seed: 1,
      bars: BARS,
      timeframe,
      symbols: [symbol],
      startMs,
    });
    await store.putInstruments([instrument]);
    const key = { venue: SYNTHETIC_VENUE, symbol, kind: instrument.kind, timeframe };
    await store.replaceCandles(key, candles);
    if (funding !== undefined) await store.mergeFunding(SYNTHETIC_VENUE, symbol, funding);
  }
}

export const streamBenchmark: Benchmark = {
  name: "stream",
  long: true,
  summary:
    "candles/s: ten years of 1m bars of five symbols (26 million) streamed from a store, everything recorded; minutes",
  async run(context) {
    const root = mkdtempSync(join(tmpdir(), "tidemark-stream-"));
    try {
      await fillStore(root, context);
      const symbols = SYNTHETIC_SYMBOLS;
      const stream = await streamTape({ root, venue: SYNTHETIC_VENUE, symbols, timeframe });
      const startMs = context.clock.elapsedMs();
      const result = await streamedBacktest({
        stream,
        // Once or twice a day and symbol, so that costs don't end the account before its time.
        policy: baselinePolicy("sma-cross", 1, { smaCross: { fast: 1_000, slow: 5_000, longOnly: false } }),
        config: baselineConfig(benchDecision()),
        balance: 10_000,
        seed: 1,
        ...context,
      });
      const ms = context.clock.elapsedMs() - startMs;
      const candles = BARS * symbols.length;
      const detail = {
        policy: result.name,
        candles,
        fills: result.fills.length,
        liquidated: result.liquidated,
        seconds: Math.round(ms / 1_000),
        peakMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
        tradeHash: result.tradeHash.slice(0, 16),
      };
      return [{ name: "stream", value: Math.round((candles / ms) * 1_000), unit: "candles/s", detail }];
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
