import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { MarketTape } from "../../market/index.ts";
import { changedConfig } from "../config/changed.ts";
import { readTape } from "../data/market.ts";
import { quietContext } from "../testing/context.ts";
import { plantedConfig } from "../testing/planted-market.ts";
import { trainClassifierWindow } from "../training/classifier-window.ts";
import { weeklyWindows } from "./run.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-windows-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const config = plantedConfig(FOLDER, {
  "data.synthetic_bars": 1_500,
  "features.set": "core20",
  "features.list": [],
  "supervised.horizon": 3,
});
const tape = await readTape(quietContext(FOLDER, () => config).context, config);
const [window] = weeklyWindows(config, tape, { anchored: false });

function classifierOf(name: string): string {
  return readFileSync(join(FOLDER, name, "classifier.json"), "utf8");
}

function trained(name: string, of: MarketTape, under = config) {
  const modelFolder = join(FOLDER, name);
  return trainClassifierWindow(under, of, { name: "w", version: "1", modelFolder, seed: 1, ...window });
}

describe("the windows of a classifier", () => {
  it("are four weeks that train and one that is tested, on Mondays, and a row whose answer reaches into the test trains none", () => {
    const days = (from: number, to: number): number => (tape.timeMs[to] - tape.timeMs[from]) / 86_400_000;
    expect(new Date(tape.timeMs[window.train.from]).getUTCDay()).toBe(1);
    expect(days(window.train.from, window.train.to)).toBe(28);
    expect(days(window.test.from, window.test.to)).toBe(7);
    expect(window.test.from).toBe(window.train.to);
    expect(window.train.to - 1 - window.lastTrainBar).toBe(3);
    const two = weeklyWindows(config, tape, { anchored: true, trainDays: 14, testDays: 7 });
    expect(two.length).toBeGreaterThan(1);
    expect(two[1].train.from).toBe(two[0].train.from);
    expect(two[1].train.to).toBe(two[0].test.to);
  });

  it("that don't fit into the history are refused with what to do", () => {
    expect(() => weeklyWindows(config, tape, { anchored: false, trainDays: 280 })).toThrow("--train-days");
  });

  it("fit everything on their training bars: another future behind them changes nothing but the scores", async () => {
    const first = await trained("a", tape);
    const other = { ...tape, close: Float64Array.from(tape.close), open: Float64Array.from(tape.open) };
    for (let cell = window.test.from; cell < tape.bars; cell++) {
      other.close[cell] *= 1 + 0.2 * Math.sin(cell);
      other.open[cell] *= 1 + 0.2 * Math.sin(cell + 1);
    }
    const second = await trained("b", other);
    expect(classifierOf("b")).toBe(classifierOf("a"));
    expect(second.result.trained.validation?.logLoss).not.toBe(first.result.trained.validation?.logLoss);
  });

  it("find the planted edge: their probabilities beat the share of the class on the week that was not seen", async () => {
    const { result } = await trained("c", tape, changedConfig(config, { "supervised.horizon": 1 }));
    expect(result.trained.validation?.brierSkill).toBeGreaterThan(0.1);
    expect(result.trained.validation?.rows).toBeGreaterThan(100);
  });
});
