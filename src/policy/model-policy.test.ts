import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../core/index.ts";
import { computeFeatures } from "../features/index.ts";
import { syntheticTape } from "../market/index.ts";
import { rowsOfValues } from "./model-policy.ts";

describe("rows of features", () => {
  const tape = syntheticTape({ seed: 1, bars: 400, timeframe: parseTimeframe("5m"), symbols: ["BTCUSDT"] });
  const features = computeFeatures(tape, ["return1", "rsi14"], { from: 20 });
  const rows = rowsOfValues(features);

  it("are those of the bar that is asked for, where the tape's features begin later", () => {
    const bar = rows.firstBar + 7;
    const at = (bar - 20) * 2;
    expect([...rows.at(bar)]).toEqual([...features.values.subarray(at, at + 2)]);
  });

  it("never come from the other end of the tape, and not from the warm-up", () => {
    expect(rows.firstBar).toBe(20 + features.warmup);
    for (const bar of [-1, 0, 19, rows.firstBar - 1, 400]) expect(() => rows.at(bar)).toThrow(/has final features/);
    expect(rows.at(399)).toHaveLength(2);
  });
});
