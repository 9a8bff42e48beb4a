import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { changedConfig } from "../config/changed.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { DriftSchedule, driftEntry } from "./drift-schedule.ts";

const ROOT = mkdtempSync(join(tmpdir(), "tidemark-drift-"));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

const MONDAY = Date.UTC(2025, 8, 15);
const DAY = 86_400_000;
const SUBJECT = { strategy: "m-1", model: "m/1" };

/** A session of one model in a folder of its own, and a program that says what it is told to. */
function session(name: string, said: string, exit: number, drift: "off" | "weekly" = "weekly") {
  const folder = mkdtempSync(join(ROOT, `${name}-`));
  const launcher = join(folder, "launcher.mjs");
  const asked = JSON.stringify(join(folder, "asked"));
  writeFileSync(
    launcher,
    `import { writeFileSync } from "node:fs";
     writeFileSync(${asked}, process.argv.slice(2).join(" "));
     process.stdout.write(${JSON.stringify(said)});
     process.exitCode = ${exit};`,
  );
  const config = changedConfig(loadConfig({ path: undefined, workingFolder: folder, overrides: [] }), {
    "promotion.drift": drift,
    "data.venue": "synthetic",
  });
  const { context, said: told } = quietContext(folder, () => config, { environment: process.env });
  const clock = new SimulatedClock(MONDAY + DAY);
  const carried: string[] = [];
  const begin = (): DriftSchedule =>
    new DriftSchedule(context, config, {
      subjects: [SUBJECT],
      clock,
      launcher,
      folder,
      priority: 0,
      carryOut: ({ strategy }, action, reason) => carried.push(`${strategy} ${action}: ${reason}`),
    });
  return { begin, carried, told, clock, folder };
}

/** Looks, and waits until the process has ended by itself. */
async function looked(schedule: DriftSchedule): Promise<void> {
  schedule.look();
  await schedule.ended();
}

function entry(action: Parameters<typeof driftEntry>[1], factor: number) {
  return driftEntry("m-1", action, "why", factor);
}

describe("a weekly look at drift", () => {
  it("is carried out once after each Monday, also over a restart of the session", async () => {
    const found = JSON.stringify({ action: "half", headline: "Trade half the size" });
    const { begin, carried, clock, folder } = session("half", found, 5);
    const first = begin();
    await looked(first);
    expect(carried).toEqual(["m-1 half: drift of m/1: Trade half the size"]);
    expect(readFileSync(join(folder, "asked"), "utf8")).toMatch(
      /^drift --model m\/1 --json --host mainnet --models-dir /,
    );
    first.look();
    const again = begin();
    again.look();
    await again.close();
    expect(carried, "what was answered is not answered again").toHaveLength(1);
    clock.advance(7 * DAY);
    await looked(again);
    expect(carried).toHaveLength(2);
  });

  it("that fails changes nothing and is told; one that finds nothing is silent; none is made where it is off", async () => {
    const bad = session("bad", '{"action":"ha', 3);
    await looked(bad.begin());
    expect(bad.told[0]).toContain("The drift of m/1 was not looked at (exit 3)");
    const off = session("off", "", 0, "off");
    off.begin().look();
    const calm = session("calm", '{"action":"none","headline":"Nothing to do."}', 0);
    await looked(calm.begin());
    expect(readFileSync(join(calm.folder, "drift-m-1-2025-09-15.json"), "utf8")).toContain("Nothing to do.");
    expect([...bad.carried, ...off.carried, ...calm.carried, ...off.told, ...calm.told]).toEqual([]);
  });

  it("halves sizes once, and in the end opens nothing, where no registry watches", () => {
    for (const action of ["half", "retrain", "challenger"] as const) {
      expect(entry(action, 1)).toEqual({ kind: "scale", strategy: "m-1", factor: 0.5, reason: "why" });
      expect(entry(action, 0.5), "not twice").toBeUndefined();
    }
    expect(entry("close-only", 0.5)).toMatchObject({ kind: "command", command: "close-only" });
    expect([entry("none", 1), entry("note", 1)]).toEqual([undefined, undefined]);
  });
});
