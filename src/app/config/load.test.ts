import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TidemarkError } from "../../core/index.ts";
import { changedConfig } from "./changed.ts";
import { environmentOverrides } from "./environment.ts";
import { exampleToml, KEYS_THAT_MATTER } from "./example.ts";
import { type Config, loadConfig, type Override } from "./load.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function load(text: string | undefined, overrides: Override[] = []): Config {
  if (text !== undefined) writeFileSync(join(folder, "tidemark.toml"), text);
  return loadConfig({ path: undefined, workingFolder: folder, overrides });
}

function failure(text: string, overrides: Override[] = []): TidemarkError {
  try {
    load(text, overrides);
  } catch (thrown) {
    if (thrown instanceof TidemarkError) return thrown;
    throw thrown;
  }
  throw new Error("the configuration was accepted");
}

describe("the configuration", () => {
  it("has a default for everything where there is no file", () => {
    const config = load(undefined);
    expect(config.file).toBeUndefined();
    expect(config.data.symbols).toEqual(["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"]);
    expect(config.data.timeframe).toBe("5m");
    expect(config.model.sequenceLength).toBe(256);
    expect(config.splits.train).toBe(0.8);
    expect(config.seed).toBeUndefined();
  });

  it("takes the documented example for exactly the defaults", () => {
    expect(load(exampleToml("x")).resolved).toEqual(load("").resolved);
  });

  it("has a short example of the keys that the guide explains", () => {
    const text = exampleToml(undefined, KEYS_THAT_MATTER);
    expect(load(text).resolved).toEqual(load("").resolved);
    expect(text.split("\n").filter((line) => /^(?:# )?[a-z_]+ =/.test(line))).toHaveLength(KEYS_THAT_MATTER.length);
    expect(text.split("\n").length).toBeLessThan(80);
    const guide = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
    const told = [
      ...guide
        .split("## Ten keys that matter")[1]
        .split("\n## ")[0]
        .matchAll(/^\| `([a-z_.]+)`/gm),
    ];
    expect(told.map(([, key]) => key)).toEqual(KEYS_THAT_MATTER);
  });

  it("lets flags win over the environment, that over the file, that over defaults", () => {
    const environment = environmentOverrides({ TIDEMARK_SEED: "2", TIDEMARK_DATA_ROOT: "elsewhere" });
    const flags = [{ path: "seed", value: 3, source: "--seed" }];
    const config = load('seed = 1\n[data]\nroot = "here"\ntimeframe = "1h"', [...environment, ...flags]);
    expect(config.seed).toBe(3);
    expect(config.data.root).toBe("elsewhere");
    expect(config.data.timeframe).toBe("1h");
    expect(config.data.kind).toBe("perpetual");
  });

  it("takes a set of features that a flag names in place of the file's own list, for everybody who reads it", () => {
    const text = '[features]\nset = "full"\nlist = ["return1"]';
    const set = { path: "features.set", value: "core20", source: "--features" };
    expect(load(text).features).toMatchObject({ set: "full", list: ["return1"] });
    const flagged = load(text, [set]);
    expect(flagged.resolved.features).toMatchObject({ set: "core20", list: [] });
    const list = { path: "features.list", value: ["rsi14"], source: "--set" };
    expect(load(text, [set, list]).features.list).toEqual(["rsi14"]);
    expect(changedConfig(load(text), { "features.set": "core20" }).features.list).toEqual([]);
    expect(changedConfig(load(text), { "features.set": "core20", "features.list": ["rsi14"] }).features.list).toEqual([
      "rsi14",
    ]);
  });

  it("accepts dates without quotes", () => {
    expect(load("[data]\nfrom = 2025-07-04\nto = 2025-08-01T10:00:00Z").data.from).toBe("2025-07-04");
  });

  it("fingerprints values, not their spelling", () => {
    const plain = load("").fingerprint;
    expect(load("[training]\ngamma = 0.990").fingerprint).toBe(plain);
    expect(load("[training]\ngamma = 0.991").fingerprint).not.toBe(plain);
  });
});

describe("a wrong configuration", () => {
  it("refuses an unknown key with its line and a suggestion", () => {
    const error = failure("[training]\ngamma = 0.9\nlearing_rate = 1e-4\n");
    expect(error.code).toBe("CONFIG_UNKNOWN_KEY");
    expect(error.what).toContain('"learing_rate" in [training]');
    expect(error.where).toBe("tidemark.toml:3");
    expect(error.fix).toBe('Did you mean "learning_rate"?');
  });

  it("lists the known keys where nothing is near", () => {
    expect(failure("[splits]\nzzzzzz = 1").fix).toBe("Known keys: train, validation, embargo_bars.");
  });

  it("refuses an unknown section", () => {
    const error = failure("\n[trainning]\ngamma = 1");
    expect(error.where).toBe("tidemark.toml:2");
    expect(error.fix).toBe('Did you mean "training"?');
  });

  it("names key, value, line and what is allowed", () => {
    const error = failure('[model]\nencoder = "gur"');
    expect(error.code).toBe("CONFIG_VALUE");
    expect(error.what).toBe('"model.encoder" can\'t be "gur"');
    expect(error.where).toBe("tidemark.toml:2");
    expect(error.fix).toMatch(/^Did you mean "gru"\? Allowed: .*"gru"/);
  });

  it("names the row and column of a wrong schedule", () => {
    const error = failure("[sizing]\nschedule = [\n  [1, 0.02, 2000],\n  [2, 1.5, 5000],\n]");
    expect(error.what).toBe('"sizing.schedule[1][1]" can\'t be 1.5');
    expect(error.where).toBe("tidemark.toml:2");
    expect(error.fix).toBe("Allowed: a number from 0 to 1.");
  });

  it("tells every problem at once, the first line first", () => {
    const error = failure("[training]\ngamma = 2\n[data]\nsymbls = []");
    expect(error.where).toBe("tidemark.toml:2");
    expect(error.fix).toContain("also tidemark.toml:4");
    expect(error.fix).toContain('Did you mean "symbols"?');
  });

  it("names the flag or variable that carried a wrong value", () => {
    const overrides = environmentOverrides({ TIDEMARK_SEED: "abc" });
    expect(failure("", overrides).where).toBe("TIDEMARK_SEED");
  });

  it("gives line and column of a syntax error", () => {
    const error = failure("[data]\nfrom = 5m ago\n");
    expect(error.code).toBe("CONFIG_SYNTAX");
    expect(error.where).toMatch(/^tidemark\.toml:2:\d+$/);
  });

  it("says so when a named file is missing", () => {
    const expected = expect.objectContaining({ code: "CONFIG_UNREADABLE", exitCode: 2 });
    expect(() => loadConfig({ path: "other.toml", workingFolder: folder, overrides: [] })).toThrow(expected);
  });
});
