import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { changedConfig } from "../config/changed.ts";
import { networkSettings } from "../config/learning.ts";
import { type Config, loadConfig, type Override } from "../config/load.ts";
import { settingsToml } from "./best-file.ts";
import { makePlan, planFingerprint, planJson, planSchema } from "./plan.ts";
import { historyBarsOf, settingsOfTrial, standingParams, tuneSpace } from "./space.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-space-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function configOf(toml: string, flags: Readonly<Record<string, unknown>> = {}): Config {
  writeFileSync(join(folder, "tidemark.toml"), toml);
  const overrides = Object.entries(flags).map(([path, value]): Override => ({ path, value, source: "--flag" }));
  return loadConfig({ path: undefined, workingFolder: folder, overrides });
}

/** A space of one setting. */
function only(lines: string, rest = "gamma = []"): string {
  const names = ["learning_rate", "rollout", "epochs", "gae_lambda", "clip", "direction_entropy", "size_entropy"];
  const more = ["value_coefficient", "max_grad_norm", "encoder", "hidden_size", "join_size", "join_layers", "window"];
  const empty = [...names, ...more].filter((name) => !lines.includes(name)).map((name) => `${name} = []`);
  return `[search.space]\n${lines}\n${rest}\n${empty.join("\n")}\n`;
}

describe("the space of a search", () => {
  it("is by default what shapes PPO and its network", () => {
    const { space, fixed } = tuneSpace(configOf(""));
    expect(Object.keys(space).sort()).toEqual([
      "clip",
      "direction_entropy",
      "encoder",
      "epochs",
      "gae_lambda",
      "gamma",
      "hidden_size",
      "join_layers",
      "join_size",
      "learning_rate",
      "max_grad_norm",
      "rollout",
      "size_entropy",
      "value_coefficient",
      "window",
    ]);
    expect(space["learning_rate"]).toEqual({ kind: "float", low: 1e-5, high: 3e-3, log: true });
    expect(space["encoder"]).toEqual({ kind: "categorical", choices: ["mlp", "gru"] });
    expect(fixed).toEqual({});
  });

  it("takes bounds, choices and fixed values from the file, and leaves out what is empty", () => {
    const { space, fixed } = tuneSpace(
      configOf(only("learning_rate = [1e-4, 1e-3]\nhidden_size = [16]\nepochs = [1, 3]")),
    );
    expect(space).toEqual({
      learning_rate: { kind: "float", low: 1e-4, high: 1e-3, log: true },
      epochs: { kind: "categorical", choices: [1, 3] },
    });
    expect(fixed).toEqual({ "model.hidden_size": 16 });
  });

  it("does not search what a flag decides, nor what no encoder of it has", () => {
    const flags = { "model.encoder": "gru", "training.gamma": 0.97 };
    const { space } = tuneSpace(configOf("", flags));
    expect(space).not.toHaveProperty("encoder");
    expect(space).not.toHaveProperty("gamma");
    expect(space, "only mlp has a window").not.toHaveProperty("window");
    const asked = tuneSpace(configOf("", { ...flags, "search.space.gamma": [0.9, 0.99] }));
    expect(asked.space["gamma"], "a flag on the space itself is what is searched").toEqual({
      kind: "categorical",
      choices: [0.9, 0.99],
    });
    const transformer = 'encoder = ["transformer"]\nlayers = [1, 2]\nwindow = [1, 4]';
    expect(Object.keys(tuneSpace(configOf(only(transformer))).space)).toEqual(["layers"]);
  });

  it("is refused where it makes no sense", () => {
    expect(() => tuneSpace(configOf(only("clip = [0.3, 0.1]")))).toThrow(/search.space.clip.*lower one first/);
    expect(() => tuneSpace(configOf(only("epochs = [2, 2]")))).toThrow(/search.space.epochs.*without repetition/);
    expect(() => tuneSpace(configOf(only("epochs = [2]")))).toThrow("Nothing is searched");
    expect(() => configOf(only("clip = [0.1, 0.2, 0.3]"))).toThrow(/search.space.clip/);
    expect(() => configOf(only('encoder = ["rnn"]'))).toThrow(/search.space.encoder/);
  });
});

function history(toml: string, flags: Readonly<Record<string, unknown>> = {}): number {
  const config = configOf(toml, flags);
  return historyBarsOf(config, tuneSpace(config));
}

describe("the settings as they stand", () => {
  it("are a point of the default space", () => {
    const config = configOf("");
    const params = standingParams(config, tuneSpace(config));
    expect(params).toMatchObject({ encoder: "gru", hidden_size: 128, join_size: 64, learning_rate: 1e-3, window: 1 });
    expect(settingsOfTrial(config, params ?? {})).toMatchObject({ "training.rollout": 2_048, "training.gamma": 0.99 });
  });

  it("are left out where one of them is not searched", () => {
    for (const toml of ["[training]\nlearning_rate = 0.01\n", "[model]\nhidden_size = 48\n"]) {
      const config = configOf(toml);
      expect(standingParams(config, tuneSpace(config)), toml).toBeUndefined();
    }
  });
});

describe("a trial's settings", () => {
  it("are those that its encoder has, with a rollout that fits", () => {
    const config = configOf("[training]\naccounts = 8\nstretches = 2\nsegment = 32\nbatch = 128\n");
    const params = { encoder: "gru", window: 16, hidden_size: 32, rollout: 300, gamma: 0.9 };
    const gru = settingsOfTrial(config, params);
    expect(gru).toEqual({
      "model.encoder": "gru",
      "model.hidden_size": 32,
      "training.gamma": 0.9,
      "training.rollout": 512,
    });
    const mlp = settingsOfTrial(config, { ...params, encoder: "mlp" });
    expect(mlp).toMatchObject({ "model.window": 16, "training.rollout": 384 });
    expect(networkSettings(changedConfig(config, mlp))).toMatchObject({ encoder: "mlp", window: 16, hiddenSize: 32 });
    expect(() => changedConfig(config, { "training.gamma": 2 })).toThrow(/training.gamma/);
  });

  it("become lines of the file that set the same", () => {
    const settings = { "training.gamma": 0.9, "model.encoder": "mlp", "training.learning_rate": 1.5e-7 };
    const config = configOf(settingsToml(settings));
    expect(config.model.encoder).toBe("mlp");
    expect(config.training).toMatchObject({ gamma: 0.9, learningRate: 1.5e-7 });
  });

  it("wait for the history that the hungriest candidate needs", () => {
    expect(history("[model]\nsequence_length = 40\n")).toBe(40);
    expect(history("", { "model.encoder": "mlp" }), "a window of 16 looks back 15 bars").toBe(15);
    expect(history("[search.space]\nwindow = [64]\n", { "model.encoder": "mlp" })).toBe(63);
  });
});

describe("the plan of a search", () => {
  it("survives the way to another process, and tells other trials apart", () => {
    const config = configOf('[data]\nvenue = "synthetic"\nsymbols = ["BTCUSDT"]\nsynthetic_bars = 200\n');
    const tape = syntheticTape({ seed: 1, bars: 200, timeframe: parseTimeframe("5m"), symbols: ["BTCUSDT"] });
    const plan = makePlan(config, tape, 7, 15);
    const arrived = planSchema.parse(planJson(plan));
    expect(arrived).toEqual(plan);
    expect(planFingerprint(arrived)).toBe(planFingerprint(plan));
    expect(planFingerprint(makePlan(config, tape, 8, 15))).not.toBe(planFingerprint(plan));
    expect(planFingerprint(makePlan(changedConfig(config, { "training.gamma": 0.5 }), tape, 7, 15))).not.toBe(
      planFingerprint(plan),
    );
  });
});

describe("the market of a plan", () => {
  it("carries the kind that is asked for and what is said of contracts, so that every machine trades the same", () => {
    const tape = syntheticTape({ seed: 1, bars: 400, timeframe: parseTimeframe("1h"), symbols: ["ACME"] });
    const config = configOf('[instruments.ACME]\nkind = "spot"\nlot = "0.001"\ntaker_fee_bps = 3\n', {
      "data.kind": "perpetual",
    });
    const plan = planSchema.parse(planJson(makePlan(config, tape, 1, 0)));
    expect(plan.market).toMatchObject({
      kind: "stored",
      instrumentKind: "perpetual",
      terms: { ACME: { kind: "spot", lotStep: "0.001", takerFeeBps: 3 } },
    });
    const plain = planSchema.parse(planJson(makePlan(configOf(""), tape, 1, 0)));
    expect(plain.market).not.toHaveProperty("terms");
    expect(plain.market).not.toHaveProperty("instrumentKind");
  });
});
