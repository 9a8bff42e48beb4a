import { expect, test } from "vitest";
import { handTape, plainInstrument, still } from "../../../exchange/testing/hand-tape.ts";
import { emptyLike } from "./tape-copy.ts";

test("a changed tape keeps its currency and what each quote is worth, in whatever order its symbols come", () => {
  const instruments = [plainInstrument({}, "ETHBTC"), plainInstrument({}, "BTCUSDT")];
  const plain = handTape(instruments, [
    [still(1), still(1)],
    [still(1), still(1)],
  ]);
  expect(emptyLike(plain).rate, "one quote needs none").toBeUndefined();
  const tape = { ...plain, currency: "USDT", rate: Float64Array.of(10, 1, 20, 1) };
  const turned = emptyLike(tape, instruments.toReversed());
  expect([turned.currency, Array.from(turned.rate ?? [])]).toEqual(["USDT", [1, 10, 1, 20]]);
});
