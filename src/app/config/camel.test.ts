import { describe, expect, it } from "vitest";
import { camelCase, camelKeys } from "./camel.ts";

describe("keys of the file in code", () => {
  it.each([
    ["gae_lambda", "gaeLambda"],
    ["size_impact_bps_per_1000", "sizeImpactBpsPer1000"],
    ["symbols", "symbols"],
  ])("turns %s into %s", (file, code) => {
    expect(camelCase(file)).toBe(code);
  });

  it("reaches every depth and leaves values alone", () => {
    const value = { some_key: [{ deep_key: "a_b" }, [1, 2]], other_key: { yet_another: null } };
    expect(camelKeys(value)).toEqual({ someKey: [{ deepKey: "a_b" }, [1, 2]], otherKey: { yetAnother: null } });
  });
});
