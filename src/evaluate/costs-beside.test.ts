import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../core/index.ts";
import { syntheticTape } from "../market/index.ts";
import { RandomTwin, SmaCross } from "../policy/index.ts";
import { decisionConfig } from "../risk/index.ts";
import { backtest } from "./backtest.ts";
import { baselineConfig, baselinePolicy, twinConfig } from "./baselines.ts";
import { compareWithBaselines } from "./compare.ts";

const tape = syntheticTape({ seed: 4, bars: 700, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
const config = decisionConfig({
  exchange: {
    leverage: 3,
    takerFeeBps: 9,
    slippageModel: "fixed",
    halfSpreadBps: 1,
    baseSlippageBps: 2,
    fundingMultiplier: 2,
  },
  sizing: { scheme: "fixed-fraction", fraction: 0.5 },
});
const run = { tape, config, balance: 10_000, seed: 3 };

describe("whoever stands beside a policy", () => {
  it("pays the policy's costs: every rule and every twin, fee by fee", async () => {
    const { policy, baselines } = await compareWithBaselines({ ...run, policy: new SmaCross({ fast: 8, slow: 24 }) });
    expect(policy.result.fees).toBeGreaterThan(0);
    const rules = ["buy-and-hold", "equal-weight", "flat", "random (median)", "sma-cross 10/30"];
    expect(baselines.map(({ result }) => result.name)).toEqual(expect.arrayContaining(rules));
    for (const { result } of baselines) {
      const traded = result.fills.reduce((sum, { quantity, price }) => sum + Math.abs(quantity) * price, 0);
      expect(result.fees, `${result.name}: 9 bps of all that it traded`).toBeCloseTo(traded * 9e-4, 6);
      if (result.name === "flat") continue;
      expect(result.fees, `${result.name} traded`).toBeGreaterThan(0);
      // Half a spread of 1 bp and 2 bps of slippage, and the tick against the one who trades.
      expect(result.slippage, `${result.name} pays the spread and slips`).toBeGreaterThan(traded * 2.9e-4);
    }
  });

  it("has the policy's exchange but for the leverage of a rule on its own", () => {
    expect(baselineConfig(config).exchange).toEqual({ ...config.exchange, leverage: 1 });
    expect(twinConfig(config).exchange).toEqual(config.exchange);
    const longOnly = { ...config, risk: { ...config.risk, allowShort: false } };
    expect(baselineConfig(longOnly).risk.allowShort).toBe(false);
    expect(twinConfig(longOnly).risk.allowShort).toBe(false);
    expect(baselineConfig(config).sizing.fraction).toBe(1);
    expect(twinConfig(config).sizing.fraction, "a size of 1 uses all of the leverage").toBe(3);
  });

  it("is dearer where costs are: a multiple of them takes its multiple of the fees", async () => {
    const dear = { ...config, exchange: { ...config.exchange, costMultiplier: 4 } };
    const cheap = await backtest({ ...run, policy: baselinePolicy("sma-cross", 1), config: baselineConfig(config) });
    const costly = await backtest({ ...run, policy: baselinePolicy("sma-cross", 1), config: baselineConfig(dear) });
    const rate = ({ fees, fills }: typeof cheap): number =>
      fees / fills.reduce((sum, { quantity, price }) => sum + Math.abs(quantity) * price, 0);
    expect(rate(costly) / rate(cheap)).toBeCloseTo(4, 9);
    const twin = new RandomTwin({ seed: 1, habits: { longShare: 0.5, shortShare: 0.2, size: 1, turnover: 0.1 } });
    expect(rate(await backtest({ ...run, policy: twin, config: twinConfig(dear) }))).toBeCloseTo(36e-4, 9);
  });
});
