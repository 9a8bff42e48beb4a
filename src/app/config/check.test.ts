import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TidemarkError } from "../../core/index.ts";
import { checkConfig } from "./check.ts";
import { type Config, loadConfig } from "./load.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-check-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function load(toml: string, flags: Readonly<Record<string, unknown>> = {}): Config {
  writeFileSync(join(FOLDER, "tidemark.toml"), toml);
  const overrides = Object.entries(flags).map(([path, value]) => ({ path, value, source: "--flag" }));
  return loadConfig({ path: undefined, workingFolder: FOLDER, overrides });
}

function problem(work: () => unknown): Partial<TidemarkError> {
  try {
    work();
  } catch (thrown) {
    const { code, what, where, fix } = thrown as TidemarkError;
    return { code, what, where, fix };
  }
  return {};
}

function checked(toml: string, flags: Readonly<Record<string, unknown>> = {}): Partial<TidemarkError> {
  return problem(() => checkConfig(load(toml, flags), "decision", "features", "training", "rule"));
}

describe("settings that don't fit together", () => {
  it("are none in the defaults", () => {
    expect(checked("")).toEqual({});
  });

  it.each([
    ["[training]\nrollout = 1000", 2, "training.rollout (1000)", "training.rollout = 2048"],
    ["[training]\naccounts = 33\nstretches = 4", 2, "training.accounts (33)", "training.accounts = 36"],
    [
      '[model]\nremember = "all"\n[training]\nstretches = 8',
      4,
      "4 accounts live on each stretch",
      "training.stretches",
    ],
    ["[training]\n\nepisode_bars = 100", 3, "training.episode_bars (100)", "training.episode_bars = 128"],
    ['[model]\nencoder = "transformer"\nhidden_size = 130', 3, "model.hidden_size (130)", "132"],
    ['[model]\nencoder = "transformer"\nattention_window = 1', 3, "model.attention_window", ""],
    ['[features]\nlist = ["return1", "rsii14"]', 2, '"rsii14"', "rsi"],
    ['[features]\nset = "core21"', 2, '"core21"', "core20"],
    ["[sizing]\nschedule = [[2, 0.1, 5], [1, 0.1, 5]]", 2, "sizing.schedule", ""],
    ["[backtest]\nfast = 40", 2, "backtest.fast (40)", "120"],
    ["[curriculum]\nphases = 2\ntotal_steps = 3", 3, "curriculum.total_steps", ""],
  ])("are told with the key of the file, its line and a value that fits: %s", (toml, line, what, fix) => {
    const found = checked(toml);
    expect(found.where).toBe(`tidemark.toml:${line}`);
    expect(found.what).toContain(what);
    expect(found.fix).toContain(fix);
    expect(`${found.what} ${found.fix}`, "keys of the file, not of the code").not.toMatch(/\b[a-z]+[A-Z][a-z]+/);
  });

  it("are all told at once, in the order of the file, and a flag is named as such", () => {
    const found = checked("[training]\naccounts = 33\nstretches = 4\n[backtest]\nfast = 40", {
      "features.set": "nothing",
    });
    expect(found.where).toBe("--flag");
    expect(found.fix).toMatch(/also tidemark\.toml:2: training\.accounts[\s\S]*also tidemark\.toml:5: backtest\.fast/);
  });

  it("stop only the work that needs them", () => {
    expect(problem(() => checkConfig(load("[training]\naccounts = 33\nstretches = 4"), "decision", "rule"))).toEqual(
      {},
    );
  });
});

describe("a wrong time in the file", () => {
  it.each([
    ['timeframe = "1 hours"', "a number and one of s, m, h, d, w"],
    ['from = "2021-99-01"', "a UTC date"],
    ['to = "soon"', "a UTC date"],
  ])("is told with its line and what is allowed: %s", (setting, allowed) => {
    expect(problem(() => load(`[data]\n${setting}`))).toMatchObject({
      code: "CONFIG_VALUE",
      where: "tidemark.toml:2",
      fix: expect.stringContaining(allowed),
    });
  });
});
