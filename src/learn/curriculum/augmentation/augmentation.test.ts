import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTimeframe, Random } from "../../../core/index.ts";
import { computeFeatures } from "../../../features/index.ts";
import { type MarketTape, sliceTape, syntheticTape } from "../../../market/index.ts";
import { anyTape, randomTape, tapeDistance, tapeFaults } from "../testing/random-tape.ts";
import { flipMarket } from "./flip.ts";
import { inverseOrder, permuteSymbols, randomOrder } from "./permute.ts";
import { randomPriceFactors, scalePrices } from "./price-scale.ts";
import { randomSegmentOrder, shuffleSegments } from "./shuffle.ts";

/** Every way to change a tape, drawn from a seed. */
const CHANGES: Readonly<Record<string, (tape: MarketTape, random: Random) => MarketTape>> = {
  scale: (tape, random) => scalePrices(tape, randomPriceFactors(tape.symbols, 2, random)),
  flip: (tape) => flipMarket(tape),
  permute: (tape, random) => permuteSymbols(tape, randomOrder(tape.symbols, random)),
  shuffle: (tape, random) => {
    const segment = 1 + random.below(tape.bars);
    return shuffleSegments(tape, segment, randomSegmentOrder(tape, segment, random));
  },
};

/** `[symbol]` in the order of bars present: log of the close over the last close before it; 0 for the first. */
function closeReturns(tape: MarketTape, s: number): number[] {
  const returns: number[] = [];
  let last = 0;
  for (let t = 0; t < tape.bars; t++) {
    const i = t * tape.symbols + s;
    if (tape.present[i] === 0) continue;
    returns.push(last === 0 ? 0 : Math.log(tape.close[i] / last));
    last = tape.close[i];
  }
  return returns;
}

function presentCount(tape: MarketTape, s: number): number {
  let count = 0;
  for (let t = 0; t < tape.bars; t++) count += tape.present[t * tape.symbols + s];
  return count;
}

/** Volume times close of every cell. */
function turnover(tape: MarketTape): number[] {
  return Array.from({ length: tape.bars * tape.symbols }, (_, i) => tape.volume[i] * tape.close[i]);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** A bar without its level. */
function shapeOf(tape: MarketTape, cell: number): number[] {
  const open = tape.open[cell];
  return [tape.high[cell] / open, tape.low[cell] / open, tape.close[cell] / open];
}

function rising(a: number, b: number): number {
  return a - b;
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance = 1e-9): void {
  expect(actual.length).toBe(expected.length);
  const off = actual.findIndex(
    (x, i) => !(Math.abs(x - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i]))),
  );
  expect(off < 0 ? [] : [off, actual[off], expected[off]]).toEqual([]);
}

describe.each(Object.entries(CHANGES))("%s", (_name, change) => {
  it("gives a valid tape of the same length, times and symbols, and leaves the given one alone", () => {
    fc.assert(
      fc.property(anyTape, fc.nat(), (tape, seed) => {
        expect(tapeFaults(tape)).toEqual([]);
        const before = tape.fingerprint;
        const changed = change(tape, new Random(seed));
        expect(tapeFaults(changed)).toEqual([]);
        expect([changed.bars, changed.symbols, changed.barMs]).toEqual([tape.bars, tape.symbols, tape.barMs]);
        expect([...changed.timeMs]).toEqual([...tape.timeMs.subarray(0, tape.bars)]);
        expect(changed.instruments.map(({ symbol }) => symbol).sort()).toEqual(
          tape.instruments.map(({ symbol }) => symbol).sort(),
        );
        expect(sliceTape(tape, 0, tape.bars).fingerprint, "the given tape").toBe(before);
        expect(changed.fingerprint).toBe(sliceTape(changed, 0, changed.bars).fingerprint);
      }),
    );
  });

  it("is repeated by its seed", () => {
    fc.assert(
      fc.property(anyTape, fc.nat(), (tape, seed) => {
        expect(change(tape, new Random(seed)).fingerprint).toBe(change(tape, new Random(seed)).fingerprint);
      }),
    );
  });
});

describe("price scaling", () => {
  it("keeps returns, turnover, funding and the bars present", () => {
    fc.assert(
      fc.property(anyTape, fc.nat(), (tape, seed) => {
        const factors = randomPriceFactors(tape.symbols, 2, new Random(seed));
        const scaled = scalePrices(tape, factors);
        for (let s = 0; s < tape.symbols; s++) expectClose(closeReturns(scaled, s), closeReturns(tape, s));
        expectClose(turnover(scaled), turnover(tape));
        expect([...scaled.funding]).toEqual([...tape.funding]);
        expect([...scaled.present]).toEqual([...tape.present]);
      }),
    );
  });

  it("is undone by the inverse factors, and stays within its range", () => {
    fc.assert(
      fc.property(anyTape, fc.nat(), fc.double({ min: 0, max: 3, noNaN: true }), (tape, seed, range) => {
        const factors = randomPriceFactors(tape.symbols, range, new Random(seed));
        expect(Math.max(...factors.map((factor) => Math.abs(Math.log(factor))))).toBeLessThanOrEqual(range + 1e-12);
        const back = scalePrices(
          scalePrices(tape, factors),
          factors.map((factor) => 1 / factor),
        );
        expect(tapeDistance(back, tape)).toBeLessThan(1e-12);
      }),
    );
  });

  it("is not seen by features that are free of scale", () => {
    const tape = syntheticTape({
      seed: 3,
      bars: 1_500,
      timeframe: parseTimeframe("1h"),
      symbols: ["BTCUSDT", "ETHUSDT"],
    });
    const features = computeFeatures(tape, "core20").values;
    const scaled = computeFeatures(scalePrices(tape, [3.7, 0.02]), "core20").values;
    let largest = 0;
    for (let i = 0; i < features.length; i++) largest = Math.max(largest, Math.abs(features[i] - scaled[i]));
    expect(largest).toBeLessThan(1e-3);
    expect(features.some((value) => Math.abs(value) > 0.1)).toBe(true);
  });
});

describe("the mirrored market", () => {
  it("turns every log return, and its mirror image is the market itself", () => {
    fc.assert(
      fc.property(anyTape, (tape) => {
        const flipped = flipMarket(tape);
        for (let s = 0; s < tape.symbols; s++) {
          expectClose(
            closeReturns(flipped, s),
            closeReturns(tape, s).map((r) => 0 - r),
          );
        }
        expect(tapeDistance(flipMarket(flipped), tape)).toBeLessThan(1e-9);
      }),
    );
  });

  it("turns funding and keeps turnover and the bars present", () => {
    fc.assert(
      fc.property(anyTape, (tape) => {
        const flipped = flipMarket(tape);
        expect([...flipped.funding]).toEqual([...tape.funding].map((rate) => 0 - rate));
        expect([...flipped.present]).toEqual([...tape.present]);
        expectClose(turnover(flipped), turnover(tape));
      }),
    );
  });

  it("begins at the same close", () => {
    const tape = randomTape({ symbols: 1, bars: 20, gapShare: 0, seed: 5 });
    expect(flipMarket(tape).close[0]).toBeCloseTo(tape.close[0], 9);
  });
});

describe("symbols in another order", () => {
  it("take their histories and rules with them, and go back by the inverse order", () => {
    fc.assert(
      fc.property(anyTape, fc.nat(), (tape, seed) => {
        const order = randomOrder(tape.symbols, new Random(seed));
        const permuted = permuteSymbols(tape, order);
        for (let s = 0; s < tape.symbols; s++) {
          expect(permuted.instruments[s]).toBe(tape.instruments[order[s]]);
          expect(closeReturns(permuted, s)).toEqual(closeReturns(tape, order[s]));
          expect(presentCount(permuted, s)).toBe(presentCount(tape, order[s]));
        }
        const back = permuteSymbols(permuted, inverseOrder(order));
        expect(back.fingerprint).toBe(tape.fingerprint);
      }),
    );
  });

  it("are refused where a symbol is missing or named twice", () => {
    const tape = randomTape({ symbols: 3, bars: 4, gapShare: 0, seed: 1 });
    for (const order of [
      [0, 1],
      [0, 1, 1],
      [0, 1, 3],
    ]) {
      expect(() => permuteSymbols(tape, order)).toThrow("each of 3 places once");
    }
  });
});

describe("stretches in another order", () => {
  const stretches = anyTape.chain((tape) =>
    fc.record({ tape: fc.constant(tape), segment: fc.integer({ min: 1, max: tape.bars }), seed: fc.nat() }),
  );

  it("hold the same bars, in order within each of them", () => {
    fc.assert(
      fc.property(stretches, ({ tape, segment, seed }) => {
        const order = randomSegmentOrder(tape, segment, new Random(seed));
        const shuffled = shuffleSegments(tape, segment, order);
        const S = tape.symbols;
        for (let s = 0; s < S; s++) {
          const expected: number[] = [];
          const actual: number[] = [];
          for (let t = 0; t < tape.bars; t++) {
            const place = Math.floor(t / segment);
            const source = place < order.length ? order[place] * segment + (t % segment) : t;
            const [o, i] = [t * S + s, source * S + s];
            expect([shuffled.present[o], shuffled.funding[o]]).toEqual([tape.present[i], tape.funding[i]]);
            if (tape.present[i] === 0) continue;
            expected.push(...shapeOf(tape, i));
            actual.push(...shapeOf(shuffled, o));
          }
          expectClose(actual, expected);
          expect(presentCount(shuffled, s)).toBe(presentCount(tape, s));
        }
        expectClose([total(turnover(shuffled))], [total(turnover(tape))]);
      }),
    );
  });

  it("join without a jump: the steps from close to close are those of the recording, and so is the last close", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), fc.nat(), (seed, segment, luck) => {
        const tape = randomTape({ symbols: 2, bars: 37, gapShare: 0, seed });
        const shuffled = shuffleSegments(tape, segment, randomSegmentOrder(tape, segment, new Random(luck)));
        // The way begins where the recording began.
        const steps = (of: MarketTape): number[] =>
          Array.from({ length: 37 }, (_, t) =>
            Math.log(of.close[t * 2] / (t === 0 ? tape.open[0] : of.close[t * 2 - 2])),
          );
        expectClose(steps(shuffled).sort(rising), steps(tape).sort(rising));
        expect(shuffled.close[72] / tape.close[72]).toBeCloseTo(1, 9);
      }),
    );
  });

  it("in their own order are the market itself", () => {
    fc.assert(
      fc.property(stretches, ({ tape, segment }) => {
        const same = Int32Array.from({ length: Math.floor(tape.bars / segment) }, (_, i) => i);
        expect(tapeDistance(shuffleSegments(tape, segment, same), tape)).toBeLessThan(1e-9);
      }),
    );
  });
});
