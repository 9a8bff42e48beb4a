import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Config, loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { type Removable, removableModel, removableReport, removableRun, remove } from "./remove.ts";

let folder: string;
let config: Config;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-remove-"));
  config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  for (const version of ["1", "2"]) mkdirSync(join(folder, "models/alpha", version), { recursive: true });
  mkdirSync(join(folder, "runs/alpha-1/checkpoints"), { recursive: true });
  writeFileSync(join(folder, "runs/alpha-1/run.json"), "{}");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(given: string): Removable {
  return removableRun(quietContext(folder, () => config).context, config, given);
}

describe("removing a model", () => {
  it("takes one version, or all of a name, and the empty folder above", () => {
    const one = removableModel(config, "alpha/1");
    expect(one.what).toBe("the model alpha/1");
    remove(one);
    expect(existsSync(join(folder, "models/alpha/1"))).toBe(false);
    expect(existsSync(join(folder, "models/alpha/2"))).toBe(true);
    expect(removableModel(config, "alpha@2").what).toBe("the model alpha/2");
    remove(removableModel(config, "alpha"));
    expect(existsSync(join(folder, "models/alpha"))).toBe(false);
  });

  it("names how many versions a bare name means", () => {
    expect(removableModel(config, "alpha")).toMatchObject({ what: expect.stringContaining("all 2 versions") });
    expect(() => removableModel(config, "alphx")).toThrow(expect.objectContaining({ code: "MODEL_MISSING" }));
    expect(existsSync(join(folder, "models/alpha/2")), "nothing has gone yet").toBe(true);
  });
});

describe("removing a run", () => {
  it("takes its folder, not its model, and refuses one that is trained", () => {
    const lock = join(folder, "runs/alpha-1/run.lock");
    writeFileSync(lock, `${process.pid} elsewhere 5 x`);
    expect(() => run("alpha-1")).toThrow(expect.objectContaining({ code: "RUN_LOCKED" }));
    rmSync(lock);
    remove(run("alpha-1"));
    expect(existsSync(join(folder, "runs/alpha-1"))).toBe(false);
    expect(existsSync(join(folder, "models/alpha/1"))).toBe(true);
  });

  it.each(["alpha-9", "../models", ".", ""])("refuses %j, which is none", (given) => {
    expect(() => run(given)).toThrow(expect.objectContaining({ code: "RUN_MISSING" }));
  });
});

describe("removing a report", () => {
  it.each(["nothing", "../models", ".."])("refuses %j, which is none", (given) => {
    expect(() => removableReport(config, given)).toThrow(expect.objectContaining({ code: "REPORT_MISSING" }));
  });
});
