import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPpoSizes, PPO_DEFAULTS } from "../ppo/config.ts";
import { fittingRollout } from "./fit.ts";

const sizes = fc.record({
  wanted: fc.integer({ min: 1, max: 20_000 }),
  batch: fc.integer({ min: 1, max: 2_000 }),
  segment: fc.integer({ min: 1, max: 96 }),
  stretches: fc.integer({ min: 1, max: 6 }),
  perStretch: fc.integer({ min: 1, max: 8 }),
  encoder: fc.constantFrom("mlp" as const, "gru" as const),
});

/** What a training asks of its sizes. */
function check(
  rollout: number,
  { batch, segment, stretches, perStretch, encoder }: typeof sizes extends fc.Arbitrary<infer T> ? T : never,
): void {
  const unitBars = encoder === "mlp" ? 1 : segment;
  const units = Math.max(1, Math.round(batch / (unitBars * perStretch)));
  const config = { ...PPO_DEFAULTS, rollout, batch, segment };
  checkPpoSizes(config, rollout / (stretches * perStretch), unitBars, stretches, units);
}

describe("a fitting rollout", () => {
  it("is accepted by a training, reaches what is wanted, and is the smallest that does", () => {
    fc.assert(
      fc.property(sizes, (given) => {
        const { wanted, batch, segment, stretches, perStretch, encoder } = given;
        const accounts = stretches * perStretch;
        const rollout = fittingRollout(wanted, { batch, segment }, encoder, stretches, accounts);
        expect(rollout).toBeGreaterThanOrEqual(wanted);
        expect(() => check(rollout, given)).not.toThrow();
        const unitBars = encoder === "mlp" ? 1 : segment;
        for (let less = rollout - accounts * unitBars; less >= wanted; less -= accounts * unitBars) {
          expect(() => check(less, given), `${less} would not do`).toThrow("multiple");
        }
      }),
    );
  });

  it("leaves alone what fits", () => {
    expect(fittingRollout(2_048, { batch: 512, segment: 64 }, "gru", 4, 32)).toBe(2_048);
    expect(fittingRollout(2_000, { batch: 512, segment: 64 }, "gru", 4, 32)).toBe(2_048);
  });
});
