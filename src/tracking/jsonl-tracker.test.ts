import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SimulatedClock } from "../core/index.ts";
import { JsonlTracker } from "./jsonl-tracker.ts";
import { type RunRecord, readRunRecords } from "./run-record.ts";
import { RunStatus } from "./tracker.ts";

const clock = new SimulatedClock(1_000);
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-record-"));
  path = join(folder, "metrics.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const scalarsOf = (records: readonly RunRecord[]): Array<[number, Readonly<Record<string, number>>]> =>
  records.flatMap((record) => (record.kind === "scalars" ? [[record.step, record.values]] : []));

describe("the record of a run", () => {
  it("holds everything that was told, one object a line, at once", async () => {
    const tracker = new JsonlTracker({ path, clock });
    tracker.config({ ppo: { clip: 0.2 } }, { code: "abc" });
    tracker.scalar("a", 1.5, 10);
    expect(readRunRecords(path).length, "readable while the run goes on").toBe(2);
    tracker.scalars({ a: Number.NaN, b: Number.NEGATIVE_INFINITY }, 20);
    tracker.histogram("h", Float32Array.of(1, 2, 3), 20);
    tracker.text("notes", "two\nlines");
    await tracker.finish(RunStatus.finished);
    expect(readFileSync(path, "utf8").split("\n").length, "six lines, each ended").toBe(7);
    const records = readRunRecords(path);
    expect(records).toMatchObject([
      { kind: "config", timeMs: 1_000, params: { ppo: { clip: 0.2 } }, tags: { code: "abc" } },
      { kind: "scalars", step: 10, values: { a: 1.5 } },
      { kind: "scalars", step: 20, values: { a: Number.NaN, b: Number.NEGATIVE_INFINITY } },
      { kind: "histogram", name: "h", spread: { min: 1, max: 3, count: 3, sum: 6 } },
      { kind: "text", name: "notes", markdown: "two\nlines" },
      { kind: "finish", status: "finished" },
    ]);
    expect(() => tracker.scalar("a", 1, 30)).toThrow("after its end");
  });

  it("leaves a torn last line out, and a continued run removes it", () => {
    const tracker = new JsonlTracker({ path, clock });
    tracker.scalar("a", 1, 10);
    appendFileSync(path, `{"kind":"scalars","step":20,"val${"x".repeat(200_000)}`);
    expect(scalarsOf(readRunRecords(path))).toEqual([[10, { a: 1 }]]);
    const next = new JsonlTracker({ path, clock });
    next.continued(10);
    next.scalar("a", 2, 20);
    expect(scalarsOf(readRunRecords(path))).toEqual([
      [10, { a: 1 }],
      [20, { a: 2 }],
    ]);
    expect(readFileSync(path, "utf8")).not.toContain("xx");
  });

  it("that is torn in its only line begins anew", () => {
    writeFileSync(path, '{"kind":"sca');
    const tracker = new JsonlTracker({ path, clock });
    tracker.scalar("a", 1, 10);
    expect(scalarsOf(readRunRecords(path))).toEqual([[10, { a: 1 }]]);
  });

  it("of a continued run does not count what came after the checkpoint", () => {
    const tracker = new JsonlTracker({ path, clock });
    for (const step of [10, 20, 30]) tracker.scalar("a", step, step);
    const next = new JsonlTracker({ path, clock });
    next.continued(20);
    next.scalar("a", -30, 30);
    expect(scalarsOf(readRunRecords(path))).toEqual([
      [10, { a: 10 }],
      [20, { a: 20 }],
      [30, { a: -30 }],
    ]);
  });

  it("is refused where a line is not of it, with the line's number", () => {
    writeFileSync(path, '{"kind":"finish","timeMs":1,"status":"failed"}\n{"kind":"other"}\n');
    expect(() => readRunRecords(path)).toThrowError(
      expect.objectContaining({ code: "DATA_FORMAT", where: `${path}:2` }),
    );
    expect(() => readRunRecords(join(folder, "none"))).toThrowError(expect.objectContaining({ code: "DATA_MISSING" }));
  });
});
