import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
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
const HALF = JSON.stringify({ action: "half", headline: "Trade half the size" });
const RESULT = "drift-m-1-2025-09-15.json";

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
  /** What becomes of an answer: it is written, it is not, or the process ends over it. */
  const world = { answers: (): Promise<boolean> => Promise.resolve(true) };
  const begin = (): DriftSchedule =>
    new DriftSchedule(context, config, {
      subjects: [SUBJECT],
      clock,
      launcher,
      folder,
      priority: 0,
      carryOut: ({ strategy }, action, reason) => {
        carried.push(`${strategy} ${action}: ${reason}`);
        return world.answers();
      },
    });
  return { begin, carried, told, clock, folder, world };
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
    const { begin, carried, clock, folder } = session("half", HALF, 5);
    const first = begin();
    await looked(first);
    expect(carried).toEqual(["m-1 half: drift of m/1: Trade half the size"]);
    expect(readFileSync(join(folder, "asked"), "utf8")).toMatch(
      /^drift --model m\/1 --json --host mainnet --models-dir /,
    );
    first.look();
    const again = begin();
    await looked(again);
    expect(carried, "what was answered is not answered again").toHaveLength(1);
    clock.advance(7 * DAY);
    await looked(again);
    expect(carried).toHaveLength(2);
  });

  it("that was found and not answered, as the session was killed in between, is answered by the next one without another look", async () => {
    const { begin, carried, folder, world } = session("killed", HALF, 3);
    writeFileSync(join(folder, RESULT), HALF);
    world.answers = () => Promise.resolve(false);
    await looked(begin());
    world.answers = () => Promise.reject(new Error("no journal"));
    await looked(begin());
    world.answers = () => Promise.resolve(true);
    await looked(begin());
    await looked(begin());
    const once = "m-1 half: drift of m/1: Trade half the size";
    expect(carried, "until the answer stands, and not once more").toEqual([once, once, once]);
    expect(existsSync(join(folder, "asked")), "nothing was looked at again").toBe(false);
  });

  it("that another process left half written is looked at again, in a file that nobody else writes to", async () => {
    const { begin, carried, folder } = session("torn", HALF, 5);
    const torn = openSync(join(folder, RESULT), "w");
    writeSync(torn, HALF.slice(0, 9));
    const schedule = begin();
    schedule.look();
    writeSync(torn, "x".repeat(99), 0);
    closeSync(torn);
    await schedule.ended();
    expect(readFileSync(join(folder, RESULT), "utf8")).toBe(HALF);
    expect(carried).toHaveLength(1);
  });

  it("that ends as its session does is left to the next one", async () => {
    const { begin, carried, folder } = session("late", "", 0);
    writeFileSync(join(folder, RESULT), HALF);
    const late = begin();
    late.look();
    await late.close();
    expect(carried).toEqual([]);
    await looked(begin());
    expect(carried).toHaveLength(1);
  });

  it("that fails changes nothing and is told; one that finds nothing is silent; none is made where it is off", async () => {
    const bad = session("bad", '{"action":"ha', 3);
    await looked(bad.begin());
    expect(bad.told[0]).toContain("The drift of m/1 was not looked at (exit 3)");
    const off = session("off", "", 0, "off");
    off.begin().look();
    const calm = session("calm", '{"action":"none","headline":"Nothing to do."}', 0);
    await looked(calm.begin());
    expect(readFileSync(join(calm.folder, RESULT), "utf8")).toContain("Nothing to do.");
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
