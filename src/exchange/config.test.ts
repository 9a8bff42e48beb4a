import { expect, it } from "vitest";
import { resolveExchangeConfig } from "./config.ts";

it("has costs and margin that are known: changed defaults change everybody's results", () => {
  expect(resolveExchangeConfig()).toEqual({
    leverage: 3,
    takerFeeBps: null,
    maintenanceMarginRate: null,
    slippageModel: "linear",
    halfSpreadBps: 0,
    baseSlippageBps: 1,
    sizeImpactBpsPer1000: 0.1,
    impactCoefficient: 1,
    participationCap: 0.1,
    slippageCapBps: 1_000,
    costMultiplier: 1,
    liquidationFeeBps: 50,
    fundingMultiplier: 1,
    settleAfterBars: null,
    breakEvenDistance: 0,
    profitLockShare: 0,
    harsh: false,
    harshPartialProbability: 0.2,
    harshLatencyShare: 0.1,
    harshExtraSlippageBps: 8,
    checked: false,
  });
});

it("takes the ends of every range and nothing beyond them", () => {
  const ends = {
    leverage: [1, 200],
    halfSpreadBps: [0, 1_000],
    baseSlippageBps: [0, 1_000],
    sizeImpactBpsPer1000: [0, 1_000],
    impactCoefficient: [0, 100],
    participationCap: [0, 1],
    slippageCapBps: [0, 5_000],
    costMultiplier: [0, 100],
    liquidationFeeBps: [0, 1_000],
    fundingMultiplier: [0, 1_000],
    breakEvenDistance: [0, 100],
    profitLockShare: [0, 1],
    harshPartialProbability: [0, 1],
    harshLatencyShare: [0, 1],
    harshExtraSlippageBps: [0, 1_000],
    takerFeeBps: [-100, 1_000],
    maintenanceMarginRate: [0, 1],
    settleAfterBars: [0, 2_000_000_000],
  };
  for (const [key, [least, most]] of Object.entries(ends)) {
    for (const value of [least, most]) expect(resolveExchangeConfig({ [key]: value })).toMatchObject({ [key]: value });
    for (const value of [least - 1, most + 1, Number.NaN]) {
      expect(() => resolveExchangeConfig({ [key]: value }), `${key} = ${value}`).toThrow(key);
    }
    const isTaken = (() => {
      try {
        return resolveExchangeConfig({ [key]: null as never }) !== undefined;
      } catch {
        return false;
      }
    })();
    expect(isTaken, `${key} = null`).toBe(["takerFeeBps", "maintenanceMarginRate", "settleAfterBars"].includes(key));
  }
});
