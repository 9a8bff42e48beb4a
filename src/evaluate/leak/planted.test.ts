import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { settings } from "../testing/settings.ts";
import { plantBiases, plantLeaks, plantWarmups } from "./planted.ts";

const tape = syntheticTape({
  seed: 4,
  bars: 2_500,
  timeframe: parseTimeframe("15m"),
  symbols: ["BTCUSDT", "ETHUSDT"],
});
const options = {
  tape,
  seed: 1,
  decision: settings({}, {}, 0.5),
  balance: 10_000,
  selection: ["return1", "rsi14", "ema20.distance"],
};

describe("planted faults", () => {
  it("of the leak check are all found, named with feature, bar and size, and a clean run is silent", async () => {
    const found = await plantLeaks(options);
    expect(found.map(({ fault }) => fault)).toEqual([
      "nothing",
      "a feature that peeks one bar ahead",
      "a value of a longer bar before it is finished",
      "a normalizer that was fitted on all data",
      "labels without an embargo",
      "a policy that knows the next close",
    ]);
    for (const { fault, passed, said, feature, bar, size } of found) {
      expect(passed, `${fault}: ${said}`).toBe(true);
      if (fault === "nothing") continue;
      expect(feature, fault).toBeTruthy();
      expect(bar, fault).toBeGreaterThan(0);
      expect(size, fault).toBeGreaterThan(0);
    }
    expect(found[1].feature).toBe("return1");
    expect(found[2].feature).toBe("ema20.distance");
  });

  it("of the warm-up check and of the bias analysis are found too", async () => {
    for (const planted of [await plantWarmups(options), await plantBiases(options)]) {
      for (const { fault, passed, said } of planted) expect(passed, `${fault}: ${said}`).toBe(true);
      expect(planted[0].fault).toBe("nothing");
      expect(planted.length).toBeGreaterThan(1);
    }
  });

  it("are told as missed where the check can't be made", async () => {
    const few = syntheticTape({ seed: 4, bars: 60, timeframe: parseTimeframe("15m"), symbols: ["BTCUSDT"] });
    const planted = await plantWarmups({ ...options, tape: few });
    expect(planted.map(({ passed }) => passed)).toEqual([false, false]);
    expect(planted[1].said).toMatch(/^It was not checked: a warm-up of/);
  });
});
