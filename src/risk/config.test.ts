import { expect, it } from "vitest";
import { resolveRiskConfig } from "./config.ts";
import { decisionConfig } from "./decision-config.ts";

it("limits nothing unless it is told to: changed defaults change everybody's results", () => {
  expect(resolveRiskConfig()).toEqual({
    allowShort: true,
    closeOnly: false,
    maxConcurrent: 0,
    maxPositionNotional: 0,
    maxTotalLeverage: 0,
    maxOrderLoss: 0,
    maxDrawdown: 0,
    dailyLoss: 0,
    cooldownBars: 0,
    drawdownFrom: 0,
    drawdownTo: 0.3,
    maxValueAtRisk: 0,
    maxShortfall: 0,
    maxPositionShare: 0,
    maxVenueShare: 0,
    maxCorrelated: 0,
    correlatedFrom: 0.7,
    maxStressLoss: 0,
    stressMove: 0.2,
    turbulentScale: 1,
    maxExitBars: 0,
    exitParticipation: 0.1,
    maxComponentRisk: 0,
    maxMarginalRisk: 0,
    maxExitCost: 0,
    exitImpact: 0.7,
    stopVolatility: 0,
    stopDistance: 0,
    targetDistance: 0,
    trailDistance: 0,
    maxBars: 0,
  });
});

it("makes the settings of a whole decision of what differs from the defaults", () => {
  const config = decisionConfig({ exchange: { leverage: 7 }, sizing: { fraction: 0.4 }, risk: { maxBars: 9 } });
  const defaults = decisionConfig();
  expect(config).toEqual({
    exchange: { ...defaults.exchange, leverage: 7 },
    sizing: { ...defaults.sizing, fraction: 0.4 },
    risk: { ...defaults.risk, maxBars: 9 },
  });
  expect(() => decisionConfig({ risk: { maxDrawdown: 2 } })).toThrow("risk.maxDrawdown");
});
