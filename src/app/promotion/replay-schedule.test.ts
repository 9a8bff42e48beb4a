import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import type { Entry } from "../../trade/index.ts";
import { changedConfig } from "../config/changed.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { tellEntry } from "../trade/event-text.ts";
import { ReplaySchedule } from "./replay-schedule.ts";

const ROOT = mkdtempSync(join(tmpdir(), "tidemark-replay-"));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

const DAY = 86_400_000;
const TUESDAY = Date.UTC(2025, 8, 16);

/** A session that was begun on a Tuesday, and a program that says what it is told to. */
function session(name: string, said: string, exit: number, replay: "off" | "daily" = "daily") {
  const folder = mkdtempSync(join(ROOT, `${name}-`));
  const launcher = join(folder, "launcher.mjs");
  writeFileSync(
    launcher,
    `import { writeFileSync } from "node:fs";
     writeFileSync(${JSON.stringify(join(folder, "asked"))}, process.argv.slice(2).join(" "));
     process.stdout.write(${JSON.stringify(said)});
     process.exitCode = ${exit};`,
  );
  const config = changedConfig(loadConfig({ path: undefined, workingFolder: folder, overrides: [] }), {
    "promotion.replay": replay,
  });
  const { context, said: told } = quietContext(folder, () => config, { environment: process.env });
  const clock = new SimulatedClock(TUESDAY + 9 * 3_600_000);
  const entries: Entry[] = [];
  const schedule = new ReplaySchedule(context, config, {
    session: "paper/m-1",
    clock,
    launcher,
    folder,
    priority: 0,
    deliver: (found) => entries.push(found),
  });
  return { schedule, told, clock, folder, entries };
}

describe("a daily replay", () => {
  it("is made once a day that is over, and its answer stands in the journal", async () => {
    const found = JSON.stringify({ decisions: 24, equal: 24, starts: 1, session: "paper/m-1", model: "m/1" });
    const { schedule, clock, entries, folder } = session("equal", found, 0);
    schedule.look();
    await schedule.ended();
    expect(entries, "the day is not over").toEqual([]);
    clock.advance(DAY);
    schedule.look();
    await schedule.ended();
    schedule.look();
    await schedule.ended();
    expect(entries).toEqual([{ kind: "replayed", sinceMs: TUESDAY, decisions: 24, equal: 24 }]);
    expect(tellEntry(entries[0])?.text).toBe("24 decisions since 2025-09-16 came out again as they were");
    expect(readFileSync(join(folder, "asked"), "utf8")).toMatch(
      /^replay paper\/m-1 --since 2025-09-16 --json --state /,
    );
    clock.advance(2 * DAY);
    schedule.look();
    await schedule.ended();
    expect(entries[1], "nothing between two replays is left out").toMatchObject({ sinceMs: TUESDAY + DAY });
  });

  it("that finds a difference says which, one that fails is told and says nothing to the journal, none is made where it is off", async () => {
    const first = { seq: 7, strategy: "m-1", closeMs: 0, path: "targets.0.lots", journal: "2", again: "3" };
    const other = session("other", JSON.stringify({ decisions: 24, equal: 23, first }), 5);
    other.clock.advance(DAY);
    other.schedule.look();
    await other.schedule.ended();
    expect(other.entries).toMatchObject([{ equal: 23, difference: "record 7, targets.0.lots: 2, again 3" }]);
    expect(tellEntry(other.entries[0])).toMatchObject({ level: "bad" });
    const bad = session("bad", '{"decisions":', 3);
    bad.clock.advance(DAY);
    bad.schedule.look();
    await bad.schedule.ended();
    expect(bad.told[0]).toContain("were not replayed (exit 3)");
    const off = session("off", "", 0, "off");
    off.clock.advance(DAY);
    off.schedule.look();
    await off.schedule.ended();
    expect([...bad.entries, ...off.entries, ...off.told]).toEqual([]);
  });
});
