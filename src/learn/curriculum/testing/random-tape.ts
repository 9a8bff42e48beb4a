/** @file Small tapes as the aligner makes them: symbols that begin late, gaps, funding, prices on very different levels. */
import * as fc from "fast-check";
import { defaultInstrument, parseTimeframe, Random } from "../../../core/index.ts";
import { createTape, type MarketTape, sliceTape } from "../../../market/index.ts";

const HOUR_MS = 3_600_000;

export type TapeOptions = {
  readonly symbols: number;
  readonly bars: number;
  readonly gapShare: number;
  readonly seed: number;
};

export function randomTape({ symbols, bars, gapShare, seed }: TapeOptions): MarketTape {
  const random = new Random(seed);
  const instruments = Array.from({ length: symbols }, (_, s) => defaultInstrument(`SYM${s}USDT`));
  const tape = createTape(instruments, parseTimeframe("1h"), bars);
  tape.bars = bars;
  for (let s = 0; s < symbols; s++) {
    const begins = s === 0 ? 0 : random.below(bars);
    let close = 0;
    for (let t = 0; t < bars; t++) {
      const i = t * symbols + s;
      tape.timeMs[t] = t * HOUR_MS;
      if (t % 8 === 0) tape.funding[i] = 1e-4 * random.normal();
      if (t < begins || (t > begins && random.uniform() < gapShare)) {
        tape.open[i] = tape.high[i] = tape.low[i] = tape.close[i] = close;
        continue;
      }
      const open = close === 0 ? 10 ** (6 * random.uniform() - 2) : close * Math.exp(0.01 * random.normal());
      close = open * Math.exp(0.05 * random.normal());
      tape.open[i] = open;
      tape.close[i] = close;
      tape.high[i] = Math.max(open, close) * Math.exp(0.02 * random.uniform());
      tape.low[i] = Math.min(open, close) * Math.exp(-0.02 * random.uniform());
      tape.volume[i] = 1_000 * random.uniform();
      tape.present[i] = 1;
    }
  }
  return sliceTape(tape, 0, bars);
}

export const anyTape: fc.Arbitrary<MarketTape> = fc
  .record({
    symbols: fc.integer({ min: 1, max: 4 }),
    bars: fc.integer({ min: 2, max: 40 }),
    gapShare: fc.constantFrom(0, 0.2, 0.6),
    seed: fc.nat(),
  })
  .map(randomTape);

/** What is wrong with a tape by the rules of its type; empty where nothing is. */
export function tapeFaults(tape: MarketTape): string[] {
  const faults: string[] = [];
  const S = tape.symbols;
  for (let i = 0; i < tape.bars * S; i++) {
    const [open, high, low, close] = [tape.open[i], tape.high[i], tape.low[i], tape.close[i]];
    const at = `bar ${Math.floor(i / S)} of symbol ${i % S}`;
    if (![open, high, low, close, tape.volume[i], tape.funding[i]].every(Number.isFinite))
      faults.push(`${at} is not finite`);
    if (tape.present[i] === 1) {
      if (!(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)))
        faults.push(`${at} is not in order`);
      if (tape.volume[i] < 0) faults.push(`${at} has a negative volume`);
    } else {
      const carried = i < S ? 0 : tape.close[i - S];
      if (![open, high, low, close].every((price) => price === carried))
        faults.push(`${at} does not carry the last close`);
      if (tape.volume[i] !== 0) faults.push(`${at} has volume without a bar`);
    }
  }
  for (let t = 1; t < tape.bars; t++) if (tape.timeMs[t] <= tape.timeMs[t - 1]) faults.push(`row ${t} is not later`);
  return faults;
}

/** The largest relative difference of the tapes' columns. */
export function tapeDistance(a: MarketTape, b: MarketTape): number {
  let largest = 0;
  for (const name of ["open", "high", "low", "close", "volume", "funding", "present"] as const) {
    for (let i = 0; i < a.bars * a.symbols; i++) {
      const size = Math.max(Math.abs(a[name][i]), Math.abs(b[name][i]));
      if (size > 0) largest = Math.max(largest, Math.abs(a[name][i] - b[name][i]) / size);
    }
  }
  return largest;
}
