/** @file The same past with another future: whatever changes before the cut has looked beyond it. */
import { Random } from "../../core/index.ts";
import { type MarketTape, mapColumns, mapMarks } from "../../market/index.ts";

const DROPPED = 0.05;

/**
 * A copy of the tape whose rows after `bar` are others: prices at a multiple and in other shapes, other volumes, funding,
 * rates of exchange and alternative series, some bars missing. Open times stay, because they are known before.
 */
export function withOtherFuture(tape: MarketTape, bar: number, seed: number): MarketTape {
  const random = new Random(seed);
  const S = tape.symbols;
  const other = {
    ...tape,
    open: tape.open.slice(),
    high: tape.high.slice(),
    low: tape.low.slice(),
    close: tape.close.slice(),
    volume: tape.volume.slice(),
    funding: tape.funding.slice(),
    present: tape.present.slice(),
    fingerprint: `${tape.fingerprint}+future${bar}`,
    ...optionalCopies(tape),
  };
  for (let t = bar + 1; t < tape.bars; t++) {
    for (let s = 0; s < S; s++) {
      const cell = t * S + s;
      if (tape.present[cell] === 1 && random.uniform() < DROPPED) other.present[cell] = 0;
      const factor = 3 * Math.exp(0.5 * random.normal());
      const open = tape.open[cell] * factor;
      const close = tape.close[cell] * factor * Math.exp(0.1 * random.normal());
      other.open[cell] = open;
      other.close[cell] = close;
      other.high[cell] = Math.max(open, close) * (1 + 0.1 * random.uniform());
      other.low[cell] = Math.min(open, close) * (1 - 0.1 * random.uniform());
      other.volume[cell] = tape.volume[cell] * 10 * random.uniform();
      other.funding[cell] = tape.funding[cell] + (random.uniform() < 0.2 ? 1e-3 * random.normal() : 0);
    }
  }
  changeOptional(other, (bar + 1) * S, random);
  return other;
}

function optionalCopies(tape: MarketTape): Partial<MarketTape> {
  const { alternative, rate, fundingAtOpen, fundingWithin } = tape;
  return {
    ...(rate === undefined ? {} : { rate: rate.slice() }),
    ...(fundingAtOpen === undefined ? {} : { fundingAtOpen: fundingAtOpen.slice() }),
    ...(fundingWithin === undefined ? {} : { fundingWithin: fundingWithin.slice() }),
    ...mapMarks(tape, (own) => own.slice()),
    ...(alternative === undefined ? {} : { alternative: mapColumns(alternative, (own) => own.slice()) }),
  };
}

/** Columns that a tape need not have, from `first` on. */
function changeOptional(
  { alternative, rate, fundingAtOpen, fundingWithin, ...tape }: MarketTape,
  first: number,
  random: Random,
): void {
  const last = tape.bars * tape.symbols;
  for (let cell = first; cell < last; cell++) {
    if (rate !== undefined) rate[cell] *= Math.exp(0.2 * random.normal());
    if (fundingAtOpen !== undefined) fundingAtOpen[cell] += 1e-3 * random.normal();
    if (fundingWithin !== undefined) fundingWithin[cell] += 1e-3 * random.normal();
    changeMarks(tape, cell, random);
    for (const [k, { cadenceMs }] of (alternative?.series ?? []).entries()) {
      const [value, age] = [alternative?.value[k], alternative?.age[k]];
      if (value === undefined || age === undefined) continue;
      const gone = random.uniform() < DROPPED;
      value[cell] = gone ? 0 : (value[cell] + 1) * 3 * Math.exp(random.normal());
      age[cell] = gone ? -1 : cadenceMs * random.uniform();
    }
  }
}

/** A mark near the changed prices, the farthest of the four still farthest. */
function changeMarks(tape: MarketTape, cell: number, random: Random): void {
  const { markOpen, markHigh, markLow, markClose } = tape;
  if (markOpen === undefined || markHigh === undefined || markLow === undefined || markClose === undefined) return;
  const near = (price: number): number => price * Math.exp(0.02 * random.normal());
  markOpen[cell] = near(tape.open[cell]);
  markClose[cell] = near(tape.close[cell]);
  markHigh[cell] = Math.max(near(tape.high[cell]), markOpen[cell], markClose[cell]);
  markLow[cell] = Math.min(near(tape.low[cell]), markOpen[cell], markClose[cell]);
}

/** `count` bars between `from` and `to`, spread over the stretch, each at another place of its part. */
export function spreadBars(from: number, to: number, count: number, seed: number): number[] {
  const random = new Random(seed);
  const width = (to - from) / count;
  const bars = Array.from({ length: count }, (_, i) => Math.floor(from + (i + random.uniform()) * width));
  return [...new Set(bars)].filter((bar) => bar >= from && bar < to);
}
