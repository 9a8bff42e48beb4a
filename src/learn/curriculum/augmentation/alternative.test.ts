import { expect, test } from "vitest";
import { parseTimeframe } from "../../../core/index.ts";
import { type MarketTape, syntheticMarket, tapeFromCandles } from "../../../market/index.ts";
import { withMarkHistory } from "../../../market/testing/mark-history.ts";
import { joinedCell, markedTape } from "../../../market/testing/marked-tape.ts";
import { flipMarket } from "./flip.ts";
import { permuteSymbols } from "./permute.ts";
import { scalePrices } from "./price-scale.ts";
import { shuffleSegments } from "./shuffle.ts";

test("a changed market keeps alternative series with their bar and symbol", () => {
  const tape = markedTape();
  expect(joinedCell(scalePrices(tape, [2, 3]), 33)).toEqual(joinedCell(tape, 33));
  expect(joinedCell(permuteSymbols(tape, [1, 0]), 34)).toEqual(joinedCell(tape, 35));
  const shuffled = shuffleSegments(tape, 20, [2, 0, 1]);
  expect(joinedCell(shuffled, 7)).toEqual(joinedCell(tape, 2 * 40 + 7));
  expect(joinedCell(shuffled, 2 * 20 + 3)).toEqual(joinedCell(tape, 3));
});

test("in a mirrored market alternative series are missing", () => {
  expect(joinedCell(flipMarket(markedTape()), 20)).toEqual([0, -1, 0, -1]);
});

test("a changed market keeps the distance of the mark from the market", () => {
  const timeframe = parseTimeframe("1h");
  const market = syntheticMarket({ seed: 8, bars: 60, timeframe, symbols: ["BTCUSDT", "ETHUSDT"] });
  const tape = tapeFromCandles(
    market.map((history) => withMarkHistory(history)),
    timeframe,
  );
  const off = ({ markHigh = tape.high, high }: MarketTape, cell: number): number => markHigh[cell] / high[cell];
  expect(off(scalePrices(tape, [2, 3]), 33)).toBeCloseTo(off(tape, 33), 12);
  expect(permuteSymbols(tape, [1, 0]).markLow?.[34]).toBe(tape.markLow?.[35]);
  expect(off(shuffleSegments(tape, 20, [2, 0, 1]), 7)).toBeCloseTo(off(tape, 2 * 40 + 7), 12);
  const flipped = flipMarket(tape);
  const axis = tape.close[1] ** 2;
  expect(flipped.markHigh?.[35]).toBe(axis / (tape.markLow?.[35] ?? 0));
  expect(flipped.markClose?.[35]).toBe(axis / (tape.markClose?.[35] ?? 0));
});
