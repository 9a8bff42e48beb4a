/** @file The tapes that scripts are played on: one of their own with everything on it, and any other made as rough. */
import { parseTimeframe, Random } from "../../core/index.ts";
import {
  type MarketTape,
  mapMarks,
  resampleCandles,
  syntheticMarket,
  tapeFromCandles,
  writeMark,
} from "../../market/index.ts";

const OWN_SEED = 20_240_101;
const OWN_BARS = 4_000;

export type OwnTape = { readonly tape: MarketTape; readonly resampled: boolean };

/** A synthetic market of five symbols as it is and resampled, both rough. The same in every version of the program. */
export function ownTapes(): OwnTape[] {
  const timeframe = parseTimeframe("5m");
  const hours = parseTimeframe("15m");
  const market = syntheticMarket({ seed: OWN_SEED, bars: OWN_BARS, timeframe });
  const resampled = market.map((history) => ({
    ...history,
    candles: resampleCandles(history.candles, timeframe, hours, { minShare: 1 }),
  }));
  return [
    { tape: roughenTape(tapeFromCandles(market, timeframe), OWN_SEED), resampled: false },
    { tape: roughenTape(tapeFromCandles(resampled, hours), OWN_SEED), resampled: true },
  ];
}

/** The tape with bars missing here and there and a funding stamp every 96 bars, so that both are met on any data. */
export function roughenTape(tape: MarketTape, seed: number): MarketTape {
  const random = new Random(seed);
  const S = tape.symbols;
  const rough = {
    ...tape,
    // A cap that lets the liquidation script reach its leverage.
    instruments: tape.instruments.map((instrument) => ({ ...instrument, maxLeverage: 100 })),
    open: tape.open.slice(),
    high: tape.high.slice(),
    low: tape.low.slice(),
    close: tape.close.slice(),
    volume: tape.volume.slice(),
    funding: tape.funding.slice(),
    present: tape.present.slice(),
    ...mapMarks(tape, (own) => own.slice()),
    fingerprint: `${tape.fingerprint}+rough${seed}`,
  };
  for (let t = 1; t < tape.bars; t++) {
    for (let s = 0; s < S; s++) {
      const cell = t * S + s;
      if (t % 96 === 0) rough.funding[cell] += (random.uniform() - 0.4) * 5e-4;
      if (random.uniform() >= 0.01) continue;
      const carried = rough.close[cell - S];
      for (const column of [rough.open, rough.high, rough.low, rough.close]) column[cell] = carried;
      rough.volume[cell] = 0;
      rough.present[cell] = 0;
      writeMark(rough, t, s);
    }
  }
  return rough;
}
