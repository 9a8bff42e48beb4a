import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../app/index.ts";
import type { Run, RunComparison } from "../contract/index.ts";
import { openPlace, type Place } from "../testing/place.ts";

/** So many that reading them takes much longer than a halt, on a quick machine too. */
const RUNS = 300;

/** Trainings that differ in one setting, the last of them in another one too. */
function manyRuns(folder: string): void {
  const { resolved } = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  for (let i = 1; i <= RUNS; i++) {
    const run = join(folder, "runs", `many-${i}`);
    mkdirSync(run, { recursive: true });
    const training = { ...resolved.training, gamma: i < 3 ? 0.9 : 0.9 + i / 10_000 };
    const model = { ...resolved.model, encoder: i === RUNS ? "mlp" : "gru" };
    const config = { ...resolved, training, model };
    const file = { name: "many", version: String(i), seed: 1, firstMs: 0, lastMs: 1, project: "../..", config };
    writeFileSync(join(run, "run.json"), JSON.stringify(file));
  }
}

let place: Place;
beforeAll(async () => {
  place = await openPlace(manyRuns);
});
afterAll(() => place.close());

const settingsOf = async (query: string): Promise<RunComparison> =>
  (await place.read(`run-settings?${query}`)).json as RunComparison;

describe("many trainings", () => {
  it("are read in slices: a halt that comes later is answered earlier, and who asks again waits for no file", async () => {
    // What the server reads for itself as it begins is over, and all files are new.
    await place.read("runs");
    manyRuns(place.folder);
    const order: string[] = [];
    const listed = place.read("runs").then(({ json }) => {
      order.push("listed");
      return (json as { items: Run[] }).items;
    });
    await setImmediate();
    await place.tell("engine/commands", { command: "halt", reason: "" });
    order.push("halted");
    expect(await listed).toHaveLength(RUNS);
    expect(order).toEqual(["halted", "listed"]);
  });

  it("are listed without their settings, which are megabytes", async () => {
    const { text } = await place.read("runs");
    expect(text.length).toBeLessThan(RUNS * 400);
    expect(text).not.toContain("gamma");
  });

  it("that are compared tell what differs, and all of it where that is asked", async () => {
    const ids = Array.from({ length: RUNS }, (_, i) => `many-${i + 1}`).join(",");
    const { items, settings, runs } = await settingsOf(`runs=${ids}`);
    expect(items.map(({ key }) => key)).toEqual(["model.encoder", "training.gamma"]);
    expect([runs.length, items[1].values[0], items[1].values[RUNS - 1]]).toEqual([RUNS, "0.9", "0.93"]);
    expect((await settingsOf("runs=many-1,many-2")).items).toEqual([]);
    expect((await settingsOf("runs=many-1,many-2&all=yes")).items).toHaveLength(settings);
  });

  it("are refused where one is not there and where they are too many; of none nothing is told", async () => {
    expect((await place.read("run-settings?runs=many-1,other")).status).toBe(404);
    expect(await settingsOf("")).toEqual({ runs: [], settings: 0, items: [] });
    const many = Array.from({ length: 1_001 }, (_, i) => i).join(",");
    expect((await place.read(`run-settings?runs=${many}`)).status).toBe(422);
  });

  it("show a run that is gone, or is changed, at once", async () => {
    const path = join(place.folder, "runs", "many-7");
    expect((await place.read("runs/many-7")).status).toBe(200);
    rmSync(path, { recursive: true });
    expect((await place.read("runs/many-7")).status).toBe(404);
    writeFileSync(join(place.folder, "runs", "many-8", "run.json"), "{");
    expect((await place.read("runs/many-8")).json).toMatchObject({ state: "unreadable" });
    manyRuns(place.folder);
    expect((await place.read("runs/many-8")).json).toMatchObject({ model: "many/8" });
  });
});
