import { describe, expect, it } from "vitest";
import { generalizedAdvantages } from "./gae.ts";

describe("generalized advantages", () => {
  it("match the reference vector with an ending in the middle", () => {
    const advantages = new Float32Array(4);
    const returns = new Float32Array(4);
    generalizedAdvantages(
      {
        steps: 4,
        accounts: 1,
        rewards: Float32Array.of(1, 0, 2, 1),
        values: Float32Array.of(0.5, 0.4, 0.3, 0.2),
        done: Uint8Array.of(0, 1, 0, 0),
        lastValues: Float32Array.of(0.6),
        gamma: 0.99,
        lambda: 0.95,
      },
      advantages,
      returns,
    );
    for (const [i, expected] of [0.5198, -0.4, 3.209057, 1.394].entries())
      expect(advantages[i]).toBeCloseTo(expected, 6);
    for (const [i, expected] of [1.0198, 0, 3.509057, 1.594].entries()) expect(returns[i]).toBeCloseTo(expected, 6);
  });

  it("keep accounts apart", () => {
    const one = { steps: 2, gamma: 0.9, lambda: 0.8 };
    const solo = new Float32Array(2);
    generalizedAdvantages(
      {
        ...one,
        accounts: 1,
        rewards: Float32Array.of(1, 2),
        values: Float32Array.of(0.1, 0.2),
        done: new Uint8Array(2),
        lastValues: Float32Array.of(0.3),
      },
      solo,
      new Float32Array(2),
    );
    const both = new Float32Array(4);
    generalizedAdvantages(
      {
        ...one,
        accounts: 2,
        rewards: Float32Array.of(1, 50, 2, -7),
        values: Float32Array.of(0.1, 9, 0.2, 3),
        done: Uint8Array.of(0, 1, 0, 0),
        lastValues: Float32Array.of(0.3, 4),
      },
      both,
      new Float32Array(4),
    );
    expect([both[0], both[2]]).toEqual([...solo]);
  });
});
