/** @file Building blocks of scenarios: copies of a tape whose prices, volumes or bars are changed from a bar on. */
import type { MarketTape } from "../../market/index.ts";

const PRICES = ["open", "high", "low", "close"] as const;

/** A copy in columns of its own, but for the marks: whoever changes prices gives them their basis again. */
export function copyTape(tape: MarketTape, name: string): MarketTape {
  return {
    ...tape,
    open: tape.open.slice(),
    high: tape.high.slice(),
    low: tape.low.slice(),
    close: tape.close.slice(),
    volume: tape.volume.slice(),
    funding: tape.funding.slice(),
    present: tape.present.slice(),
    ...(tape.fundingAtOpen === undefined ? {} : { fundingAtOpen: tape.fundingAtOpen.slice() }),
    ...(tape.fundingWithin === undefined ? {} : { fundingWithin: tape.fundingWithin.slice() }),
    fingerprint: `${tape.fingerprint}+${name}`,
  };
}

/** All four prices of a symbol times `factor(bar)`. */
export function scalePrices(
  tape: MarketTape,
  symbol: number,
  from: number,
  to: number,
  factor: (bar: number) => number,
): void {
  for (let bar = from; bar < to; bar++) {
    const cell = bar * tape.symbols + symbol;
    const own = factor(bar);
    for (const column of PRICES) tape[column][cell] *= own;
  }
}

/** No trading in a bar: prices are carried over, nothing is traded. */
export function closeBar(tape: MarketTape, symbol: number, bar: number): void {
  const cell = bar * tape.symbols + symbol;
  const carried = bar === 0 ? tape.open[cell] : tape.close[cell - tape.symbols];
  for (const column of PRICES) tape[column][cell] = carried;
  tape.volume[cell] = 0;
  tape.present[cell] = 0;
}

/**
 * Rebuilds a symbol's prices from `from` on out of other log returns of its closes; open, high and low keep their place
 * beside the close, their distances times `stretch`.
 * @param returns log return of the close of a bar against the close before
 */
export function rebuildPrices(
  tape: MarketTape,
  original: MarketTape,
  symbol: number,
  from: number,
  to: number,
  returns: (bar: number) => number,
  stretch = 1,
): void {
  const S = tape.symbols;
  for (let bar = Math.max(1, from); bar < to; bar++) {
    const cell = bar * S + symbol;
    const before = tape.close[cell - S];
    const oldClose = original.close[cell];
    if (!(before > 0) || !(oldClose > 0)) continue;
    // What does not trade does not move: its next bar brings the move of all that it missed.
    if (original.present[cell] === 0) {
      for (const column of PRICES) tape[column][cell] = before;
      continue;
    }
    const close = before * Math.exp(returns(bar));
    const place = (old: number): number => close * Math.exp(stretch * Math.log(old / oldClose));
    const open = place(original.open[cell]);
    tape.close[cell] = close;
    tape.open[cell] = open;
    tape.high[cell] = Math.max(open, close, place(original.high[cell]));
    tape.low[cell] = Math.min(open, close, place(original.low[cell]));
  }
}

/** A symbol without a bar carries the close that it now had before, whatever was made of its prices. */
export function carryAbsent(tape: MarketTape, symbol: number): void {
  const S = tape.symbols;
  for (let cell = S + symbol; cell < tape.bars * S; cell += S) {
    if (tape.present[cell] === 1) continue;
    for (const column of PRICES) tape[column][cell] = tape.close[cell - S];
  }
}

/** Log return of a symbol's close; 0 where either price is unknown. */
export function logReturnAt({ close, symbols }: MarketTape, symbol: number, bar: number): number {
  if (bar < 1) return 0;
  const now = close[bar * symbols + symbol];
  const before = close[(bar - 1) * symbols + symbol];
  return now > 0 && before > 0 ? Math.log(now / before) : 0;
}
