import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { changedConfig } from "../config/changed.ts";
import { phasesSettings } from "../config/learning.ts";
import { type Config, loadConfig } from "../config/load.ts";
import { riskSettings } from "../config/risk-percentage.ts";
import { trackingSettings } from "../config/tracking.ts";
import type { AppContext } from "../context.ts";
import { askedLearner, flaggedConfig, type TrainingFlags, trainAll } from "./trainings.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-flags-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function load(toml: string, flags: Readonly<Record<string, unknown>> = {}): Config {
  const path = join(FOLDER, "tidemark.toml");
  writeFileSync(path, toml);
  const overrides = Object.entries(flags).map(([key, value]) => ({ path: key, value, source: "a flag" }));
  return loadConfig({ path, workingFolder: FOLDER, overrides });
}

describe("--risk-percentage", () => {
  it("is the share at risk of every row of the schedule, whose caps stay", () => {
    const config = load('[sizing]\nscheme = "schedule"\nschedule = [[1, 0.02, 2000], [5, 0.01, 9000]]');
    const rows = [
      [1, 0.05, 2000],
      [5, 0.05, 9000],
    ];
    expect(riskSettings(config, "0.05")).toEqual({ "sizing.schedule": rows });
    expect(riskSettings(config, " 5 %"), "a percentage with its sign").toEqual({ "sizing.schedule": rows });
    const changed = changedConfig(config, riskSettings(config, "5%"));
    expect(changed.sizing.schedule).toEqual(rows);
    expect(config.sizing.schedule[0], "the given one is as it was").toEqual([1, 0.02, 2000]);
  });

  it("is the fraction of fixed-fraction, and nothing where a scheme has no such figure", () => {
    const fixed = load("[sizing]\nfraction = 0.3");
    expect(riskSettings(fixed, "0.7")).toEqual({ "sizing.fraction": 0.7 });
    expect(riskSettings(load(""), "2%"), "where nothing is said of sizing").toMatchObject({
      "sizing.scheme": "schedule",
    });
    const other = load('[sizing]\nscheme = "volatility-target"');
    expect(() => riskSettings(other, "0.7")).toThrowError(expect.objectContaining({ code: "USAGE_ARGUMENT" }));
  });

  it.each(["2", "0", "-1%", "", "%", "some", "101%"])("refuses %j", (text) => {
    expect(() => riskSettings(load(""), text)).toThrowError(expect.objectContaining({ code: "USAGE_ARGUMENT" }));
  });
});

describe("a changed configuration", () => {
  it("counts its changes as decided, keeps the rest, and refuses what the file would refuse", () => {
    const config = load("[training]\ngamma = 0.5");
    const changed = changedConfig(config, { "data.symbols": ["XRPUSDT"], "model.name": "one" });
    expect(changed.data.symbols).toEqual(["XRPUSDT"]);
    expect(changed.training.gamma).toBe(0.5);
    expect([...changed.overridden]).toEqual(["data.symbols", "model.name"]);
    expect(changed.file).toBe(config.file);
    expect(() => changedConfig(config, { "training.gamma": 2 })).toThrowError(
      expect.objectContaining({ code: "CONFIG_VALUE" }),
    );
  });
});

function count(toml: string, flags: TrainingFlags): number | undefined {
  return phasesSettings(flaggedConfig(load(toml), flags))?.count;
}

function steps(set: Readonly<Record<string, unknown>>, toml = ""): number[] | undefined {
  return phasesSettings(flaggedConfig(load(toml, set), { phases: true }))?.curriculum.phases.map(
    (phase) => phase.steps,
  );
}

describe("the phases of a training", () => {
  it("are none, as many as asked for, or the whole plan", () => {
    const own = '[[curriculum.plan]]\nname = "a"\nsteps = 10\n[[curriculum.plan]]\nname = "b"\nsteps = 20';
    expect(count("", {})).toBeUndefined();
    expect(count("[curriculum]\nphases = 4", {})).toBe(4);
    expect(count("[curriculum]\nphases = 4", { phases: "2" })).toBe(2);
    expect(count("", { phases: true })).toBe(9);
    expect(count("", { phases: "default" })).toBe(9);
    expect(count(own, { phases: true })).toBe(2);
    expect(count("", { useRecommendations: true }), "recommendations are for phases").toBe(9);
    expect(count("", { useRecommendations: true, continue: "model" }), "for the next one").toBe(1);
    for (const phases of ["0", "1.5", "all", "101"]) {
      expect(() => flaggedConfig(load(""), { phases })).toThrowError(
        expect.objectContaining({ code: "USAGE_ARGUMENT" }),
      );
    }
  });

  it("share --steps out in the plan's proportions, and have their own steps without it", () => {
    expect(steps({})?.reduce((a, b) => a + b)).toBe(10_000_000);
    const scaled = steps({ "training.total_steps": 100_000 });
    expect(scaled).toEqual([1_000, 2_000, 3_000, 4_000, 10_000, 15_000, 20_000, 20_000, 25_000]);
    expect(steps({}, "[training]\ntotal_steps = 100000"), "the file's is for runs without phases").toEqual(steps({}));
    expect(steps({}, "[curriculum]\ntotal_steps = 100000")).toEqual(scaled);
  });

  it("take their settings from the file's plan, each from the one before", () => {
    const toml = `
[curriculum]
phases = 2
market_updates = 7
[curriculum.transitions]
plateau_windows = 3
[[curriculum.plan]]
name = "a"
steps = 10
target_kl = 0.01
[[curriculum.plan]]
name = "b"
steps = 20
flip_probability = 0.5
`;
    const phases = phasesSettings(load(toml));
    expect(phases).toMatchObject({ count: 2, marketUpdates: 7, useRecommendations: false });
    expect(phases?.curriculum.transitions.plateauWindows).toBe(3);
    expect(phases?.curriculum.phases[1]).toMatchObject({ name: "b", steps: 20, targetKl: 0.01, flipProbability: 0.5 });
    expect(() => load("[[curriculum.plan]]\nname = 'a'\nsteps = 1\ngama = 1")).toThrowError(
      expect.objectContaining({ code: "CONFIG_UNKNOWN_KEY", fix: 'Did you mean "gamma"?' }),
    );
  });
});

describe("flags of a training", () => {
  it.each<TrainingFlags>([
    { resume: true, continue: "model" },
    { continue: "model", perSymbol: true },
    { continue: "model", tune: true },
    { resume: true, tune: true },
    { resume: "run", phases: "1" },
    { resume: "run", useRecommendations: true },
    { resume: "run", riskPercentage: "1%" },
    { tune: true, phases: true },
  ])("are refused where they don't go together: %j", async (flags) => {
    // Refused before anybody is asked for anything.
    const nobody = {} as AppContext;
    await expect(trainAll(nobody, load(""), flags)).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
  });

  it("are refused before the run is looked for that would go on", () => {
    const refused = expect.objectContaining({ code: "USAGE_ARGUMENT" }) as Error;
    expect(() => askedLearner(load(""), { resume: true, tune: true })).toThrow(refused);
    const missing = expect.objectContaining({ code: "RUN_MISSING" }) as Error;
    expect(() => askedLearner(load(""), { resume: true })).toThrow(missing);
  });
});

describe("tracking", () => {
  it("is told by the file where the environment is silent; credentials come from .env", () => {
    const config = load('[tracking]\nmlflow_uri = "http://file:5000"\nmlflow_experiment = "mine"\ntensorboard = false');
    writeFileSync(
      join(FOLDER, ".env"),
      "MLFLOW_TRACKING_TOKEN=secret\nMLFLOW_EXPERIMENT_NAME=theirs\nBYBIT_API_KEY=key\n",
    );
    const told = trackingSettings(config, { PATH: "x", MLFLOW_TRACKING_URI: "" });
    expect(told).toEqual({
      tensorBoard: false,
      environment: {
        MLFLOW_TRACKING_URI: "http://file:5000",
        MLFLOW_EXPERIMENT_NAME: "theirs",
        MLFLOW_TRACKING_TOKEN: "secret",
      },
    });
    const { environment } = trackingSettings(config, { MLFLOW_TRACKING_URI: "http://set:1" });
    expect(environment["MLFLOW_TRACKING_URI"]).toBe("http://set:1");
    rmSync(join(FOLDER, ".env"));
    expect(trackingSettings(load(""), {}).environment["MLFLOW_TRACKING_URI"]).toBeUndefined();
  });

  it("takes no address with a name or password in it", () => {
    expect(() => load('[tracking]\nmlflow_uri = "http://me:secret@host:5000"')).toThrowError(
      expect.objectContaining({ code: "CONFIG_VALUE" }),
    );
  });
});
