import { describe, expect, it } from "vitest";
import { CLASSIC_PPO, PPO_DEFAULTS } from "../../learn/index.ts";
import { decisionSettings } from "./decision.ts";
import { ppoSettings } from "./learning.ts";
import { type Config, configOf } from "./load.ts";
import { configSchema } from "./schema.ts";

function config(changes: object = {}): Config {
  return configOf(configSchema.parse(changes), "/nowhere");
}

describe("the settings of a training", () => {
  it("are PPO's own defaults where the file says nothing", () => {
    expect(ppoSettings(config())).toEqual(PPO_DEFAULTS);
    expect(CLASSIC_PPO, "those to compare with are others").not.toEqual(PPO_DEFAULTS);
  });

  it("let a policy hold all of equity, as its baselines do: one over the number of symbols each", () => {
    for (const symbols of [["BTCUSDT"], ["BTCUSDT", "ETHUSDT"], ["AUSDT", "BUSDT", "CUSDT", "DUSDT", "EUSDT"]]) {
      const { sizing } = decisionSettings(config({ data: { symbols } }));
      expect(sizing).toMatchObject({ scheme: "fixed-fraction", fraction: 1 / symbols.length });
    }
    expect(decisionSettings(config({ sizing: { fraction: 0.05 } })).sizing.fraction).toBe(0.05);
  });
});
