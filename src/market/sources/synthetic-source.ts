/** @file The synthetic market as a source: what it puts into the store is filed and flagged as synthetic. */
import type { Timeframe } from "../../core/index.ts";
import { type SyntheticOptions, syntheticMarket } from "../synthetic/market.ts";
import { SYNTHETIC_VENUE } from "../synthetic/profile.ts";
import type { MarketSource } from "./source.ts";

export function syntheticSource(options: SyntheticOptions): MarketSource {
  return {
    name: `synthetic market, seed ${options.seed}`,
    collect: async (store, { signal, onProgress } = {}) => {
      const timeframe: Timeframe = options.timeframe;
      const market = syntheticMarket(options);
      await store.putInstruments(market.map((history) => history.instrument));
      const collected = [];
      for (const { instrument, candles, funding } of market) {
        signal?.throwIfAborted();
        const key = { venue: SYNTHETIC_VENUE, symbol: instrument.symbol, timeframe };
        collected.push({
          key,
          venue: key.venue,
          symbol: key.symbol,
          candles: await store.mergeCandles(key, candles),
          funding:
            funding === undefined
              ? { added: 0, replaced: 0, unchanged: 0 }
              : await store.mergeFunding(SYNTHETIC_VENUE, instrument.symbol, funding),
          notes: ["synthetic: no such market ever was"],
        });
        onProgress?.({ label: "synthetic market", done: collected.length, total: market.length, unit: "symbols" });
      }
      return collected;
    },
  };
}
