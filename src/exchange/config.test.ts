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
