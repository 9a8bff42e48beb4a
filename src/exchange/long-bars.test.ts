import { expect, test } from "vitest";
import { handExchange } from "./testing/hand-exchange.ts";
import { oneSymbolTape, still } from "./testing/hand-tape.ts";

test("in a long bar the stamp at the open finds the old position and the stamps inside it the new one", () => {
  const plain = oneSymbolTape([still(100), still(100), [100, 100, 80, 90], still(90)]);
  const tape = {
    ...plain,
    funding: Float64Array.of(0, 0.001, 0.007, 0.007),
    fundingAtOpen: Float64Array.of(0, 0.001, 0.001, 0.001),
    fundingWithin: Float64Array.of(0.006, 0.006, 0.006, 0.006),
  };
  const { exchange, order, advance } = handExchange(tape);
  order(10_000, { stop: 0.1 });
  advance();
  const { book } = exchange;
  expect(book.funding[0], "opened at the open: 6 thousandths of 1,000, not the stamp at the open").toBeCloseTo(-6, 12);
  expect([book.openFunding[0], book.withinFunding[0]]).toEqual([0, expect.closeTo(-6, 12)]);
  advance();
  expect(book.funding[0], "stopped inside the bar, after its stamps").toBeCloseTo(-13, 12);
  expect([book.openFunding[0], book.withinFunding[0]]).toEqual([expect.closeTo(-1, 12), expect.closeTo(-6, 12)]);
  advance();
  expect(book.funding[0]).toBeCloseTo(-13, 12);
  expect([book.openFunding[0], book.withinFunding[0]], "nothing is held").toEqual([0, 0]);
});

test("what pays no funding pays none, whatever the tape says", () => {
  const tape = oneSymbolTape([still(100), still(100), [100, 100, 100, 100, 1, 0.01]], { kind: "spot" });
  const { fundingIntervalHours: _, ...spot } = tape.instruments[0];
  const { exchange, order, advance } = handExchange({ ...tape, instruments: [spot] });
  order(10_000);
  advance(2);
  expect(exchange.book.funding[0]).toBe(0);
});
