import { describe, expect, it } from "vitest";
import { defaultInstrument, parseTimeframe } from "../../core/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { createTape } from "../../market/index.ts";
import { baseSide, checkBase } from "../../policy/index.ts";
import { makeDataset } from "./dataset.ts";
import { labelsWith, standardized } from "./label-rows.ts";
import { LABEL_DEFAULTS } from "./label-settings.ts";

const BARS = 130;
const FROM = 110;
/** From bar 110 on. */
const CLOSES = [102, 101, 103, 103, 99, 104, 104, 104];
const OPENS = [100, 100, 100, 101, 100.1, 101.15, 100, 100];

const TAPE = createTape([defaultInstrument("AUSDT")], parseTimeframe("1h"), BARS);
TAPE.bars = BARS;
for (let t = 0; t < BARS; t++) {
  TAPE.present[t] = 1;
  TAPE.timeMs[t] = 1_600_000_000_000 + t * 3_600_000;
  TAPE.close[t] = CLOSES[t - FROM] ?? (t % 2 === 0 ? 100 : 101);
  TAPE.open[t] = OPENS[t - FROM] ?? 100;
  TAPE.high[t] = 110;
  TAPE.low[t] = 90;
  TAPE.volume[t] = 1;
}
const BASE = { kind: "trend", fast: 1, slow: 2 } as const;

describe("the base of meta-labels", () => {
  it("is long where the quick mean lies above the calm one, short below, and without a side where they are equal", () => {
    // Each close against the one before it.
    expect([0, 1, 2, 3, 4, 5].map((i) => baseSide(BASE, TAPE, FROM + i, 0))).toEqual([1, -1, 1, 0, -1, 1]);
    expect([0, 1, 2, 3].map((i) => baseSide({ ...BASE, kind: "reversal" }, TAPE, FROM + i, 0))).toEqual([-1, 1, -1, 0]);
    // (104 + 99) / 2 = 101.5 against (104 + 99 + 103) / 3 = 102.
    expect(baseSide({ kind: "trend", fast: 2, slow: 3 }, TAPE, FROM + 5, 0)).toBe(-1);
  });

  it("leaves out bars in which a symbol is absent, and says nothing where it has none", () => {
    const holed = { ...TAPE, present: TAPE.present.slice() };
    holed.present[FROM + 4] = 0;
    // 104 against (104 + 103) / 2, where 99 would not count.
    expect(baseSide({ kind: "trend", fast: 1, slow: 3 }, holed, FROM + 5, 0)).toBe(1);
    expect(baseSide(BASE, holed, FROM + 4, 0)).toBe(0);
  });

  it("has lengths that fit", () => {
    for (const [fast, slow] of [
      [0, 5],
      [5, 5],
      [6, 5],
      [1.5, 5],
      [5, 98],
    ]) {
      expect(() => checkBase({ kind: "trend", fast, slow })).toThrow("supervised.base_fast");
    }
    expect(() => checkBase({ kind: "trend", fast: 96, slow: 97 })).not.toThrow();
  });
});

describe("meta-labels", () => {
  const label = { ...LABEL_DEFAULTS, kind: "meta", horizon: 2, base: BASE } as const;
  const features = computeFeatures(TAPE, ["return1"]);
  const range = { from: FROM, to: FROM + 4, until: FROM + 8 };
  const data = makeDataset(TAPE, features, label, range, [20]);

  it("say whether the base's trade earned more than its cost, by a worked example", () => {
    // Bar 110: long at 100, out at 101; 111: short at 100, out at 100.1; 112: long at 101, out at 101.15, less than 20 bp.
    expect([...data.bar]).toEqual([110, 111, 112]);
    expect([...data.side]).toEqual([1, -1, 1]);
    const nets = [Math.log(1.01) - 0.002, -Math.log(1.001) - 0.002, Math.log(101.15 / 101) - 0.002];
    for (const [i, net] of nets.entries()) expect(data.net[i]).toBeCloseTo(net, 15);
    expect([...labelsWith(data, label, []).labels]).toEqual([1, 0, 0]);
    expect(labelsWith(data, label, []).classes).toBe(2);
  });

  it("have the side behind the features, and moves along it", () => {
    expect(data.features).toBe(2);
    expect([...data.x].filter((_, i) => i % 2 === 1)).toEqual([1, -1, 1]);
    const reach = data.sigma[1] * Math.sqrt(2);
    expect(standardized(data, 1, 2)).toBeCloseTo(-Math.log(1.001) / reach, 12);
  });

  it("leave out a bar whose base has no side, and nothing else", () => {
    const plain = makeDataset(TAPE, features, { ...LABEL_DEFAULTS, horizon: 2 }, range, [20]);
    expect([...plain.bar]).toEqual([110, 111, 112, 113]);
    expect(plain.features).toBe(1);
    expect([...plain.side, ...plain.net]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
