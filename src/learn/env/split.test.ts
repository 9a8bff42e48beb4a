import { assert, double, integer, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { SPLIT_DEFAULTS, splitBars } from "./split.ts";

describe("the split", () => {
  it("keeps the last fifth unseen and an embargo before it", () => {
    const split = splitBars(10_000, 300, 100, SPLIT_DEFAULTS);
    expect(split).toEqual({
      train: { from: 300, to: 7182 },
      validation: { from: 7230, to: 8000 },
      test: { from: 8048, to: 10_000 },
    });
  });

  it("never overlaps and never reaches past the data", () => {
    const options = record({
      trainShare: double({ min: 0.3, max: 0.95, noNaN: true }),
      validationShare: double({ min: 0, max: 0.5, noNaN: true }),
      embargoBars: nat(100),
    });
    assert(
      property(integer({ min: 500, max: 100_000 }), nat(300), options, (bars, firstBar, chosen) => {
        let split: ReturnType<typeof splitBars>;
        try {
          split = splitBars(bars, firstBar, 10, chosen);
        } catch {
          return;
        }
        const { train, validation, test } = split;
        expect(train.from).toBe(firstBar);
        expect(train.to).toBeLessThanOrEqual(validation.from);
        expect(validation.to + chosen.embargoBars).toBeLessThanOrEqual(test.from);
        expect(test.to).toBe(bars);
      }),
    );
  });

  it("says which part is too short", () => {
    expect(() => splitBars(400, 300, 100, SPLIT_DEFAULTS)).toThrow(/train part/);
  });
});
