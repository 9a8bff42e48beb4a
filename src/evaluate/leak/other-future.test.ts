import { expect, test } from "vitest";
import { MARK_COLUMNS } from "../../market/index.ts";
import { joinedCell, markedTape } from "../../market/testing/marked-tape.ts";
import { withOtherFuture } from "./other-future.ts";

const COLUMNS = ["rate", "fundingAtOpen", "fundingWithin", ...MARK_COLUMNS] as const;

test("another future has other alternative values and rates, and the same past", () => {
  const plain = markedTape();
  const rate = new Float64Array(plain.bars * 2).fill(2);
  const tape = { ...plain, ...Object.fromEntries(COLUMNS.map((name) => [name, rate.slice()])) };
  const other = withOtherFuture(tape, 30, 1);
  for (let i = 0; i < 62; i++) expect(joinedCell(other, i)).toEqual(joinedCell(tape, i));
  for (let i = 62; i < 120; i++) {
    for (const [k, value] of joinedCell(other, i).entries()) expect(value).not.toBe(joinedCell(tape, i)[k]);
    for (const name of COLUMNS) expect(other[name]?.[i]).not.toBe(2);
  }
  for (const name of COLUMNS) expect(other[name]?.[61]).toBe(2);
});
