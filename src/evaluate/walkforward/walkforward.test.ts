import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { BuyAndHold, SmaCross } from "../../policy/index.ts";
import { checkLabels } from "../leak/labels.ts";
import { statistics } from "../statistics/statistics.ts";
import { run, settings } from "../testing/settings.ts";
import { foldRecord, joinFolds } from "./join.ts";
import { walkHeadline, walkPage } from "./page.ts";
import { combinations, purgedSplits, splitPaths, walkForwardWindows } from "./windows.ts";

type Fold = {
  fold: number;
  trainFrom: number;
  trainTo: number;
  lastTrainDecisionOpen: number;
  testFrom: number;
  testTo: number;
};
const vector = JSON.parse(readFileSync(new URL("../testing/walk-forward-windows.json", import.meta.url), "utf8")) as {
  config: { bar: number; labelBars: number; from_: number; to: number };
  folds: number;
  first: Fold;
  second: Fold;
  last: Fold;
};

describe("walk-forward windows", () => {
  it("agree with windows computed elsewhere: 21 tests of a week after 28 days, purged by the label", () => {
    const { bar, labelBars, from_, to } = vector.config;
    const bars = Math.floor((to - from_) / bar);
    const week = 2_016;
    const used = week * (vector.folds + 4);
    const windows = walkForwardWindows({
      from: 0,
      to: used,
      windows: vector.folds,
      anchored: false,
      trainRatio: 4,
      embargoBars: 0,
      labelBars,
    });
    expect(used).toBeLessThanOrEqual(bars);
    const openMs = (at: number): number => from_ + at * bar;
    for (const fold of [vector.first, vector.second, vector.last]) {
      const { train, test, lastTrainBar } = windows[fold.fold];
      expect([openMs(train.from), openMs(train.to), openMs(test.from), openMs(test.to)]).toEqual([
        fold.trainFrom,
        fold.trainTo,
        fold.testFrom,
        fold.testTo,
      ]);
      expect(openMs(lastTrainBar)).toBe(fold.lastTrainDecisionOpen);
    }
  });

  it("tile the end of the bars with tests, keep the gap, and stay where they are when anchored", () => {
    for (const anchored of [true, false]) {
      const windows = walkForwardWindows({ from: 100, to: 5_000, windows: 7, anchored, embargoBars: 48 });
      expect(windows[6].test.to).toBe(5_000);
      for (const [i, { train, test }] of windows.entries()) {
        expect(test.from - train.to).toBe(48);
        expect(train.from >= 100).toBe(true);
        expect(i === 0 || test.from === windows[i - 1].test.to).toBe(true);
        expect(train.from === 100 || !anchored).toBe(true);
      }
    }
    expect(() => walkForwardWindows({ from: 0, to: 20, windows: 30, anchored: false, embargoBars: 0 })).toThrow(
      expect.objectContaining({ code: "DATA_TOO_SHORT" }),
    );
  });
});

describe("purged splits", () => {
  it("are as many as there are ways, with as many whole paths as the book says", () => {
    expect(combinations(4, 2)).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    const splits = purgedSplits({ from: 0, to: 600 }, 6, 2, { labelBars: 5, embargoBars: 3 });
    expect(splits).toHaveLength(15);
    const paths = splitPaths(splits, 6);
    expect(paths).toHaveLength(5);
    for (const path of paths) path.forEach((split, group) => expect(splits[split].tested).toContain(group));
  });

  it("let no label reach a tested part, from either side", () => {
    const barMs = 60_000;
    for (const { test, train } of purgedSplits({ from: 0, to: 500 }, 5, 1, { labelBars: 7, embargoBars: 4 })) {
      const trainMs = train.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => (from + i) * barMs));
      const [{ from, to }] = test;
      const parts = { trainMs, testFromMs: from * barMs, testToMs: to * barMs, barMs, labelBars: 6, embargoBars: 4 };
      expect(checkLabels(parts).faults).toEqual([]);
      expect(trainMs.length).toBeGreaterThan(350);
    }
  });
});

describe("joined windows", () => {
  it("compound one after the other, with the seams where windows begin", async () => {
    const tape = syntheticTape({ seed: 3, bars: 2_000, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT"] });
    const config = settings({ takerFeeBps: 5, baseSlippageBps: 2 });
    const parts = [
      [0, 1_000],
      [1_000, 2_000],
    ];
    const folds = [];
    let product = 1;
    for (const [index, [from, to]] of parts.entries()) {
      const result = await run(tape, new SmaCross({ fast: 5, slow: 20 }), config, { from, to });
      const hold = await run(tape, new BuyAndHold(), config, { from, to });
      const { totalReturn, fees, slippage } = statistics(result);
      product *= 1 + totalReturn;
      const record = foldRecord(result, hold, { index, trainFromMs: 0, trainToMs: 1, chosen: { steps: 100 } });
      expect(Math.min(fees, slippage)).toBeGreaterThan(0);
      expect(record.costs).toBeCloseTo(fees + slippage, 9);
      folds.push(record);
    }
    const walk = joinFolds([folds[1], folds[0]]);
    expect(walk.folds.map(({ index }) => index)).toEqual([0, 1]);
    expect(walk.totalReturn).toBeCloseTo(product - 1, 9);
    expect(walk.equity[walk.seams[1]]).toBeCloseTo(1 + folds[0].totalReturn, 9);
    const [days, more] = folds.map(({ returns }) => returns.length);
    expect(walk.statistics.count, "bar 1,000 closes at 17:00: the seam's day is one return").toBe(days + more - 1);
    expect(walk.timesMs, "time goes on").toEqual([...walk.timesMs].sort((a, b) => a - b));
    const [first] = folds;
    expect(first.timesMs[0], "a day is known at its end").toBe(24 * 3_600_000 + tape.timeMs[0]);
    expect(first.timesMs.at(-1), "the last at the end of the test").toBe(first.testToMs);
    expect(walkHeadline(walk)).toMatch(/^Over 2 windows that it had not seen it made [+-]/);
    const html = walkPage("sma", "rolling", ["BTCUSDT"], walk, true);
    expect(html).toContain("window 2");
    expect(html).not.toMatch(/NaN|undefined/);
    const half = joinFolds([folds[0], { ...folds[1], seenShare: 0.5 }]);
    expect(walkHeadline(half)).toMatch(/^Over 2 windows, 1 of which its training has seen, it made/);
    expect(walkPage("sma", "rolling", ["BTCUSDT"], half, true)).not.toContain("unseen");
    const [one] = folds;
    const ruined = joinFolds([{ ...one, timesMs: [1, 2, 3], returns: [0.1, -1.2, 0.5], totalReturn: 0 }, folds[1]]);
    expect(ruined.equity.slice(0, 4), "what is lost stays lost").toEqual([1, 1.1, 0, 0]);
    expect(ruined.profitable, "no profit is none").toBe(folds[1].totalReturn > 0 ? 0.5 : 0);
    expect(joinFolds(JSON.parse(JSON.stringify(folds))).totalReturn, "records survive as JSON").toBe(walk.totalReturn);
  });
});
