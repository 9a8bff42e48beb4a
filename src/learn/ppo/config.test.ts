import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPpoSizes, fittingRollout, PPO_DEFAULTS } from "./config.ts";

const sizes = fc.record({
  wanted: fc.integer({ min: 1, max: 20_000 }),
  batch: fc.integer({ min: 1, max: 2_000 }),
  segment: fc.integer({ min: 1, max: 96 }),
  stretches: fc.integer({ min: 1, max: 6 }),
  perStretch: fc.integer({ min: 1, max: 8 }),
  encoder: fc.constantFrom("mlp" as const, "gru" as const),
});

function check(
  rollout: number,
  { batch, segment, stretches, perStretch, encoder }: typeof sizes extends fc.Arbitrary<infer T> ? T : never,
): void {
  checkPpoSizes({ ...PPO_DEFAULTS, rollout, batch, segment }, stretches, perStretch, encoder !== "mlp");
}

describe("a fitting rollout", () => {
  it("is accepted by a training, reaches what is wanted, and is the smallest that does", () => {
    fc.assert(
      fc.property(sizes, (given) => {
        const { wanted, batch, segment, stretches, perStretch, encoder } = given;
        const accounts = stretches * perStretch;
        const rollout = fittingRollout(wanted, { batch, segment }, encoder !== "mlp", stretches, accounts);
        expect(rollout).toBeGreaterThanOrEqual(wanted);
        expect(() => check(rollout, given)).not.toThrow();
        const segmentBars = encoder === "mlp" ? 1 : segment;
        for (let less = rollout - accounts * segmentBars; less >= wanted; less -= accounts * segmentBars) {
          expect(() => check(less, given), `${less} would not do`).toThrow("multiple");
        }
      }),
    );
  });

  it("is named where a rollout does not fit, with what it does not fit into", () => {
    const config = { ...PPO_DEFAULTS, rollout: 1_000, batch: 64 };
    expect(() => checkPpoSizes(config, 32, 1, false)).toThrow(
      /rollout \(1000\) must be a multiple of training.accounts \(32\)/,
    );
    for (const [rollout, hasMemory] of [
      [1_000, false],
      [2_048 + 32, true],
      [2_048 + 32, false],
    ] as const) {
      let fix = "";
      try {
        checkPpoSizes({ ...config, rollout }, 32, 1, hasMemory);
      } catch (thrown) {
        fix = (thrown as { fix: string }).fix;
      }
      const named = Number(/rollout = (\d+)/.exec(fix)?.[1]);
      expect(() => checkPpoSizes({ ...config, rollout: named }, 32, 1, hasMemory), fix).not.toThrow();
    }
  });

  it("leaves alone what fits", () => {
    expect(fittingRollout(2_048, { batch: 512, segment: 64 }, true, 4, 32)).toBe(2_048);
    expect(fittingRollout(2_000, { batch: 512, segment: 64 }, true, 4, 32)).toBe(2_048);
  });
});
