import { expect, test } from "vitest";
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
