import { expect, test } from "vitest";
import { parseTimeframe } from "../../../core/index.ts";
import { withOtherFuture } from "../../../evaluate/leak/other-future.ts";
import { type MarketTape, readCell, sliceTape, syntheticTape } from "../../../market/index.ts";
import { historyEntry, tapeOfHistory } from "../../../trade/session/history.ts";
import { flipMarket } from "./flip.ts";
import { permuteSymbols } from "./permute.ts";
import { scalePrices } from "./price-scale.ts";
import { shuffleSegments } from "./shuffle.ts";

/** Every cell of each series has a value of its own. */
function marked(): MarketTape {
  const tape = syntheticTape({ seed: 5, bars: 60, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
  const cells = tape.bars * tape.symbols;
  const series = ["fear-greed.index", "bybit.premium"].map((id) => ({
    id,
    source: id.split(".")[0],
    licence: "",
    cadenceMs: 1_000,
    lagMs: 0,
    provenance: "recorded" as const,
  }));
  const of = (base: number): Float64Array => Float64Array.from({ length: cells }, (_, i) => base + i);
  return sliceTape({ ...tape, alternative: { series, value: [of(1e3), of(2e3)], age: [of(3e3), of(4e3)] } }, 0, 60);
}

const cell = ({ alternative }: MarketTape, i: number): number[] =>
  alternative === undefined ? [] : readCell(alternative, i);

test("a changed market keeps alternative series with their bar and symbol", () => {
  const tape = marked();
  expect(cell(scalePrices(tape, [2, 3]), 33)).toEqual(cell(tape, 33));
  expect(cell(permuteSymbols(tape, [1, 0]), 34)).toEqual(cell(tape, 35));
  const shuffled = shuffleSegments(tape, 20, [2, 0, 1]);
  expect(cell(shuffled, 7)).toEqual(cell(tape, 2 * 40 + 7));
  expect(cell(shuffled, 2 * 20 + 3)).toEqual(cell(tape, 3));
});

test("in a mirrored market alternative series are missing", () => {
  expect(cell(flipMarket(marked()), 20)).toEqual([0, -1, 0, -1]);
});

test("another future has other alternative values and rates, and the same past", () => {
  const plain = marked();
  const rate = new Float64Array(plain.bars * 2).fill(2);
  const tape = { ...plain, rate, fundingAtOpen: rate.slice(), fundingWithin: rate.slice() };
  const other = withOtherFuture(tape, 30, 1);
  for (let i = 0; i < 62; i++) expect(cell(other, i)).toEqual(cell(tape, i));
  for (let i = 62; i < 120; i++) {
    for (const [k, value] of cell(other, i).entries()) expect(value).not.toBe(cell(tape, i)[k]);
    for (const name of ["rate", "fundingAtOpen", "fundingWithin"] as const) expect(other[name]?.[i]).not.toBe(2);
  }
  for (const name of ["rate", "fundingAtOpen", "fundingWithin"] as const) expect(other[name]?.[61]).toBe(2);
});

test("a journal gives back the alternative series that a session began with, and none where there were none", () => {
  const tape = marked();
  const read = tapeOfHistory(JSON.parse(JSON.stringify(historyEntry("s", tape))));
  expect(read.alternative).toEqual({
    series: tape.alternative?.series,
    value: tape.alternative?.value.map((own) => own.slice()),
    age: tape.alternative?.age.map((own) => own.slice()),
  });
  expect(Array.from(read.present)).toEqual(Array.from(tape.present));
  const { alternative: _, ...plain } = tape;
  expect(tapeOfHistory(historyEntry("s", plain)).alternative).toBeUndefined();
});
