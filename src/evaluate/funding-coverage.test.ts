import { describe, expect, it } from "vitest";
import { type HandBar, handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import { FundingCounter } from "./funding-coverage.ts";

const rated = (price: number, rate: number): HandBar => [price, price, price, price, 1, rate];
const funded = plainInstrument({ fundingIntervalHours: 8 });

describe("the coverage of funding", () => {
  it("is the share of intervals with a rate, by symbol; what pays none has none", () => {
    const spot = plainInstrument({ kind: "spot" }, "BBBUSDT");
    const { fundingIntervalHours: _none, ...unfunded } = spot;
    const bars = Array.from({ length: 80 }, (_, t) => [
      t % 8 === 0 && t < 48 ? rated(100, 1e-4) : still(100),
      still(50),
    ]);
    const tape = handTape([funded, unfunded], bars);
    const counter = new FundingCounter(tape);
    counter.add(tape, 0, tape.bars);
    expect(counter.coverage()).toEqual([{ symbol: "AAAUSDT", expected: 10, found: 6 }]);
  });

  it("is the same in stretches", () => {
    const tape = handTape(
      [funded],
      Array.from({ length: 80 }, (_, t) => [t % 16 === 0 ? rated(100, 1e-4) : still(100)]),
    );
    const counter = new FundingCounter(tape);
    for (const [from, to] of [
      [0, 13],
      [13, 16],
      [16, 61],
      [61, 80],
    ]) {
      counter.add(tape, from, to);
    }
    expect(counter.coverage()).toEqual([{ symbol: "AAAUSDT", expected: 10, found: 5 }]);
  });
});
