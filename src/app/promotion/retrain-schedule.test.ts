import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { FRESH_BETTING, Registry, type Subject } from "../../promotion/index.ts";
import { changedConfig } from "../config/changed.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { dueMonday, RetrainSchedule } from "./retrain-schedule.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-schedule-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const MONDAY = Date.UTC(2025, 8, 15);
const DAY = 86_400_000;
const ONE: Subject = { version: "1", assetClass: "cryptoFutures" };

/** A model on paper since a time. */
async function onPaper(name: string, sinceMs: number): Promise<Registry> {
  const registry = new Registry(join(FOLDER, "models", name), new SimulatedClock(sinceMs));
  await registry.append(ONE, "t", { kind: "register", modelHash: "h", recipe: "r" });
  const passed = { conditions: [], evidence: FRESH_BETTING, gates: "g" };
  const { seq } = await registry.append(ONE, "t", { kind: "look", gate: "research", outcome: "pass", ...passed });
  await registry.append(ONE, "t", { kind: "promote", from: "candidate", to: "paper", look: seq });
  return registry;
}

/** A program that ends as it is told, and leaves its arguments. */
function launcher(name: string, code: string): string {
  const path = join(FOLDER, `${name}.mjs`);
  const asked = JSON.stringify(join(FOLDER, `${name}.asked`));
  writeFileSync(
    path,
    `import { writeFileSync } from "node:fs";\nwriteFileSync(${asked}, process.argv.slice(2).join(" "));\n${code}\n`,
  );
  return path;
}

function scheduled(name: string, script: string, atMs = MONDAY + DAY) {
  const config = changedConfig(loadConfig({ path: undefined, workingFolder: FOLDER, overrides: [] }), {
    "promotion.retrain": "weekly",
    "data.venue": "synthetic",
  });
  const { context, said } = quietContext(FOLDER, () => config, { environment: process.env });
  const clock = new SimulatedClock(atMs);
  const schedule = new RetrainSchedule(context, config, {
    names: [name],
    clock,
    launcher: script,
    folder: FOLDER,
    priority: 0,
  });
  return { schedule, said, clock };
}

describe("a weekly retraining", () => {
  it("is due from Monday on, once, for what stood in a stage before it", async () => {
    const registry = await onPaper("due", MONDAY - 3 * DAY);
    const due = (nowMs: number) => {
      const { state, events } = registry.read();
      return dueMonday(nowMs, state.standings(), events);
    };
    expect(due(MONDAY - 1)).toBeUndefined();
    expect(due(MONDAY)).toBe(MONDAY);
    expect(due(MONDAY + 6 * DAY)).toBe(MONDAY);
    const later = new Registry(registry.folder, new SimulatedClock(MONDAY + 1));
    await later.append(ONE, "t", { kind: "retrain", answer: "drop", conditions: [], candidate: null });
    expect(due(MONDAY + 6 * DAY)).toBeUndefined();
    expect(due(MONDAY + 7 * DAY)).toBe(MONDAY + 7 * DAY);
  });

  it.each([
    ["replace", "2", "live", "version 2 has taken over; start a session of it"],
    ["shadow", "2", "shadow", "version 2 begins in shadow, because it acts otherwise"],
    ["shadow", "2", "paper", "version 2 begins in paper, because it acts otherwise; start a session of it"],
    ["drop", null, null, "the candidate was dropped"],
  ])("tells the stage that its candidate stands in (%s, %s, %s)", async (answer, version, stage, told) => {
    const name = `told-${answer}-${stage}`;
    await onPaper(name, MONDAY - 3 * DAY);
    const result = JSON.stringify({ verdict: { answer }, version, stage });
    const { schedule, said } = scheduled(name, launcher(name, `process.stdout.write(${JSON.stringify(result)});`));
    schedule.look();
    await schedule.ended();
    expect(said.at(-1)).toBe(`${name} was retrained: ${told}.`);
    await schedule.close();
  });

  it("runs as a process of its own, and its answer is told", async () => {
    await onPaper("good", MONDAY - 3 * DAY);
    const answer = JSON.stringify({ verdict: { answer: "shadow" }, version: "2", stage: "shadow" });
    const { schedule, said } = scheduled("good", launcher("good", `process.stdout.write(${JSON.stringify(answer)});`));
    schedule.look();
    schedule.look();
    await schedule.ended();
    expect(said.at(-1)).toBe("good was retrained: version 2 begins in shadow, because it acts otherwise.");
    expect(readFileSync(join(FOLDER, "good.asked"), "utf8")).toMatch(
      /^retrain good --json --host mainnet --models-dir /,
    );
    schedule.look();
    expect(said.filter((line) => line.includes("in process"))).toHaveLength(1);
    await schedule.close();
  });

  it("that fails is said with its log, and is not tried again before the next Monday", async () => {
    await onPaper("bad", MONDAY - 3 * DAY);
    const script = launcher("bad", 'process.stderr.write("no candles"); process.exitCode = 3;');
    const { schedule, said, clock } = scheduled("bad", script);
    schedule.look();
    await schedule.ended();
    expect(said.at(-1)).toContain("bad was not retrained (exit 3)");
    expect(readFileSync(join(FOLDER, "retrain-bad-2025-09-15.log"), "utf8")).toBe("no candles");
    schedule.look();
    expect(said).toHaveLength(2);
    clock.advance(7 * DAY);
    schedule.look();
    await schedule.close();
    expect(said.filter((line) => line.includes("in process"))).toHaveLength(2);
    schedule.now("bad");
    expect(
      said.filter((line) => line.includes("in process")),
      "one a week, also where drift asks for it",
    ).toHaveLength(2);
  });

  it("ends with its session", async () => {
    await onPaper("slow", MONDAY - 3 * DAY);
    const { schedule, said } = scheduled("slow", launcher("slow", "setInterval(() => {}, 1_000);"));
    schedule.look();
    await schedule.close();
    expect(said.at(-1)).toContain("slow was not retrained (exit by a signal)");
  });

  it("of a registry that can't be read is a warning, and nothing else", async () => {
    const registry = await onPaper("torn", MONDAY - 3 * DAY);
    writeFileSync(join(registry.folder, "registry.jsonl"), '{"seq":7}\n');
    const { schedule, said } = scheduled("torn", launcher("torn", ""));
    schedule.look();
    expect(said.at(-1)).toContain("torn is not retrained");
  });
});
