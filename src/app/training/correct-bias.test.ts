import { describe, expect, it } from "vitest";
import type { BiasFinding } from "../../evaluate/index.ts";
import { phasesSettings } from "../config/learning.ts";
import { configOf } from "../config/load.ts";
import { configSchema } from "../config/schema.ts";
import { type BiasLook, correction, correctionText } from "./correct-bias.ts";

const config = configOf(configSchema.parse({ training: { total_steps: 50_000 } }), "/nowhere");
const finding = (code: BiasFinding["code"], serious = true): BiasFinding => ({
  code,
  serious,
  text: `${code}.`,
  correction: "",
});
const look = (...findings: BiasFinding[]): BiasLook => ({ model: "m/1", findings, result: {} as BiasLook["result"] });

const second = (...codes: BiasFinding["code"][]) =>
  phasesSettings(
    correction(
      config,
      codes.map((code) => finding(code)),
    ).config,
  )?.curriculum.phases[1];
const told = (before: BiasLook, after: BiasLook): string => correctionText({ before, after, measures: [] });

describe("the correction of a bias", () => {
  it("mirrors markets, weighs symbols alike, and gives the value head the first fifth of the steps", () => {
    const { config: changed } = correction(config, [finding("constant")]);
    const settings = phasesSettings(changed);
    expect(settings?.count).toBe(2);
    const [value, even] = settings?.curriculum.phases ?? [];
    expect([value.steps, even.steps]).toEqual([10_000, 40_000]);
    for (const phase of [value, even]) {
      expect(phase.flipProbability).toBe(0.5);
      expect(phase.symbolBalance).toBe(1);
      expect(phase.gamma).toBe(config.training.gamma);
    }
    expect(value.clip, "the policy may barely move").toBeLessThan(even.clip / 2);
    expect(value.valueCoefficient).toBeGreaterThan(even.valueCoefficient);
    expect(even.shuffleProbability).toBe(0);
  });

  it("answers each habit with its own measure", () => {
    const none = second();
    expect(second("constant")?.entropy).toBeGreaterThan(none?.entropy ?? 1);
    expect(second("saturated")?.betaEntropy).toBeGreaterThan(none?.betaEntropy ?? 1);
    expect(second("clock")?.shuffleProbability).toBe(0.5);
  });

  it("says whether it worked", () => {
    expect(told(look(finding("constant")), look())).toMatch(/^Corrected/);
    expect(told(look(finding("constant"), finding("clock")), look(finding("clock")))).toMatch(
      /^Better, not gone: clock/,
    );
    expect(told(look(finding("constant")), look(finding("constant")))).toMatch(/^Not corrected/);
    expect(told(look(), look())).toMatch(/^Nothing serious was there before/);
  });
});
