import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { backtest, baselineConfig } from "../../evaluate/index.ts";
import { openSubject } from "../models/subject.ts";
import { quietContext } from "../testing/context.ts";
import { changedConfig } from "./changed.ts";
import { decisionSettings } from "./decision.ts";
import { ruleDecision } from "./explicit-decision.ts";
import { loadConfig } from "./load.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-explicit-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const plain = loadConfig({ path: undefined, workingFolder: FOLDER, overrides: [] });
const market = { "data.venue": "synthetic", "data.symbols": ["BTCUSDT"], "data.timeframe": "1h" };

describe("a rule", () => {
  it("has all of equity, no leverage and no limits where nothing is said", () => {
    expect(ruleDecision(plain)).toEqual(baselineConfig(decisionSettings(plain)));
    // The bound that a list of instruments gives is no wish of the user.
    expect(ruleDecision(changedConfig(plain, market)).sizing.fraction).toBe(1);
  });

  it("trades under the limits, sizes and leverage that are said, and keeps the rest", () => {
    const said = changedConfig(plain, {
      "risk.max_position_share": 0.1,
      "sizing.fraction": 0.25,
      "exchange.leverage": 3,
    });
    const own = baselineConfig(decisionSettings(plain));
    expect(ruleDecision(said)).toEqual({
      exchange: { ...own.exchange, leverage: 3 },
      sizing: { ...own.sizing, fraction: 0.25 },
      risk: { ...own.risk, maxPositionShare: 0.1 },
    });
  });

  it("is clamped by its limits where it is examined", async () => {
    const limits = { ...market, "data.synthetic_bars": 300, "risk.max_position_share": 0.2 };
    const config = changedConfig(plain, limits);
    const { context } = quietContext(FOLDER, () => config);
    const { tape, decision, rows, seed, policyOn } = await openSubject(context, { strategy: "sma-cross" });
    const run = { tape, policy: policyOn(tape), config: decision, ...rows, balance: 10_000, seed };
    const { refusals } = await backtest(run);
    expect(refusals["risk.positionShare"]).toBeGreaterThan(0);
  });
});
