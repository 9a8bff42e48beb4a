import { assert, double, integer, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Random } from "../../core/index.ts";
import { SPLIT_DEFAULTS, splitBars, startsInParts } from "./split.ts";

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

describe("the start of an episode in several parts", () => {
  it("is each bar from which it ends inside its part, and no other", () => {
    // Of 8 bars three starts leave room for five; of exactly five bars and of four none does; of 7 bars two.
    const parts = [
      { from: 10, to: 18 },
      { from: 30, to: 35 },
      { from: 40, to: 44 },
      { from: 50, to: 57 },
    ];
    const bounds: number[] = [];
    const starts = Array.from({ length: 5 }, (_, at) => {
      const below = (total: number): number => {
        bounds.push(total);
        return at;
      };
      return startsInParts(parts, 5)({ below } as unknown as Random);
    });
    expect(starts).toEqual([10, 11, 12, 50, 51]);
    expect(bounds, "all of them can be drawn").toEqual([5, 5, 5, 5, 5]);
  });
});
