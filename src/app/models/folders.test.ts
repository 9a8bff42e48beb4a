import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Config, loadConfig } from "../config/load.ts";
import { findModel, modelNames, modelVersions, nextVersion } from "./folders.ts";

let folder = "";
let config: Config;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-models-"));
  config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  for (const path of ["alpha/1", "alpha/2", "alpha/10", "beta/1", "alpha/3.ab.tmp", "empty"]) {
    mkdirSync(join(folder, "models", path), { recursive: true });
  }
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("model folders", () => {
  it("counts versions by value and leaves out what is being written", () => {
    const models = join(folder, "models");
    expect(modelVersions(models, "alpha")).toEqual(["1", "2", "10"]);
    expect(nextVersion(models, "alpha")).toBe("11");
    expect(nextVersion(models, "new")).toBe("1");
    expect(modelNames(models)).toEqual(["alpha", "beta"]);
  });

  it.each([
    ["alpha", "alpha/10"],
    ["alpha/2", "alpha/2"],
    ["alpha@1", "alpha/1"],
  ])("finds %s", (given, path) => {
    expect(findModel(config, given)).toBe(join(folder, "models", path));
  });

  it("takes the path of a folder with a model", () => {
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "model.json"), "{}");
    expect(findModel(config, elsewhere)).toBe(elsewhere);
  });

  it.each([
    ["alpa", 'Did you mean "alpha"?'],
    ["alpha/7", "Versions: 1, 2, 10."],
    ["../secrets", "Models: alpha, beta."],
  ])("says what there is instead of %s", (given, fix) => {
    expect(() => findModel(config, given)).toThrow(expect.objectContaining({ code: "MODEL_MISSING", fix }));
  });
});
