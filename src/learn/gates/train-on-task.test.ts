import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { deviationOf, meanOf, shareOf } from "./train-on-task.ts";

describe("the share of the best policy's reward", () => {
  it("is the ratio of the sums, without an error where one is a multiple of the other", () => {
    const best = Float64Array.of(1, 2, 3, 4);
    expect(
      shareOf(
        best.map((x) => 0.8 * x),
        best,
      ),
    ).toEqual({ share: expect.closeTo(0.8, 12), error: expect.closeTo(0, 12) });
  });

  it("has the standard error that repeated evaluations show", () => {
    const random = new Random(5);
    const shares = new Float64Array(2_000);
    const errors = new Float64Array(2_000);
    for (let i = 0; i < shares.length; i++) {
      const best = Float64Array.from({ length: 64 }, () => 1 + 0.3 * random.normal());
      const learned = best.map((x) => 0.9 * x + 0.1 * random.normal());
      const { share, error } = shareOf(learned, best);
      shares[i] = share;
      errors[i] = error;
    }
    expect(Math.abs(meanOf(shares) - 0.9)).toBeLessThan(0.002);
    expect(Math.abs(meanOf(errors) / deviationOf(shares) - 1)).toBeLessThan(0.06);
  });
});
