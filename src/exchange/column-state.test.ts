import { expect, test } from "vitest";
import { restoreColumns, saveColumns } from "./column-state.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { oneSymbolTape, still } from "./testing/hand-tape.ts";

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test("every finite float64 survives JSON, negative zeros too", () => {
  const columns = {
    money: Float64Array.of(0, -0, 0.1 + 0.2, -Number.MIN_VALUE, Number.MAX_VALUE, -0),
    bar: Int32Array.of(-1, 7),
    name: "not a column",
  };
  const back = { money: new Float64Array(6).fill(5), bar: new Int32Array(2) };
  restoreColumns(back, throughJson(saveColumns(columns)));
  columns.money.forEach((value, i) => {
    expect(Object.is(back.money[i], value), `money ${i} is ${value}, was ${back.money[i]}`).toBe(true);
  });
  expect(back.bar).toEqual(columns.bar);
});

test("a short that stands where it was opened has an unrealised profit of -0, and keeps it", () => {
  const tape = oneSymbolTape([still(100), still(100), still(100)]);
  const one = handExchange(tape);
  one.order(-1_000);
  one.advance();
  expect(Object.is(one.exchange.book.unrealised[0], -0), "-10 * (100 - 100)").toBe(true);
  const other = handExchange(tape);
  other.exchange.restore(throughJson(one.exchange.state()));
  expect(Object.is(other.exchange.book.unrealised[0], -0)).toBe(true);
});

test("what JSON can't hold is not saved, and what doesn't fit is not restored", () => {
  expect(() => saveColumns({ money: Float64Array.of(1, Number.NaN) })).toThrow(/"money" holds finite numbers/);
  expect(() => restoreColumns({ money: new Float64Array(1) }, {})).toThrow(/has the column "money"/);
  expect(() => restoreColumns({ money: new Float64Array(1) }, { money: [1, 2] })).toThrow(/has 1 rows, was 2/);
});
