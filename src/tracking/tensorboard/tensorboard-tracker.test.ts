import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import {
  bytesAt,
  decode,
  doubleAt,
  doublesAt,
  type Fields,
  messagesAt,
  nested,
  records,
  textAt,
} from "../testing/event-decoder.ts";
import { RunStatus } from "../tracker.ts";
import { TensorBoardTracker } from "./tensorboard-tracker.ts";

const START_MS = 1_700_000_000_500;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-events-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function events(path: string): Fields[] {
  return records(readFileSync(path)).map(decode);
}

/** Every Summary.Value of the file with its event's step. */
function values(path: string): Array<{ step: number; tag: string; value: Fields }> {
  return events(path).flatMap((event) => {
    const summary = event.get(5)?.[0];
    if (!Buffer.isBuffer(summary)) return [];
    return messagesAt(decode(summary), 1).map((value) => {
      return { step: Number(event.get(2)?.[0] ?? 0), tag: textAt(value, 1), value };
    });
  });
}

describe("a TensorBoard event file", () => {
  it("has the name that TensorBoard looks for and begins with the version of its format", async () => {
    const tracker = new TensorBoardTracker({ folder, clock: new SimulatedClock(START_MS) });
    await tracker.finish(RunStatus.finished);
    const [name] = readdirSync(folder);
    expect(name).toBe(`events.out.tfevents.1700000000.${hostname()}.${process.pid}.0`);
    const [first] = events(tracker.path);
    expect(textAt(first, 3)).toBe("brain.Event:2");
    expect(doubleAt(first, 1), "wall time in seconds").toBe(START_MS / 1000);
  });

  it("holds scalars as float32 at their step and wall time", async () => {
    const clock = new SimulatedClock(START_MS);
    const tracker = new TensorBoardTracker({ folder, clock });
    clock.advance(1_500);
    tracker.scalars({ "loss/policy": -0.1, "loss/value": Number.NaN }, 5_000_000_000);
    tracker.scalar("episode/return", 3, 5_000_002_048);
    await tracker.finish(RunStatus.finished);
    const told = values(tracker.path).filter(({ value }) => value.has(2));
    expect(told.map(({ tag, step }) => [tag, step])).toEqual([
      ["loss/policy", 5_000_000_000],
      ["loss/value", 5_000_000_000],
      ["episode/return", 5_000_002_048],
    ]);
    expect(told.map(({ value }) => bytesAt(value, 2).readFloatLE())).toEqual([Math.fround(-0.1), Number.NaN, 3]);
    expect(doubleAt(events(tracker.path)[1], 1)).toBe((START_MS + 1_500) / 1000);
  });

  it("holds histograms whose buckets count every value", async () => {
    const tracker = new TensorBoardTracker({ folder, clock: new SimulatedClock(START_MS) });
    const data = Float32Array.of(-2, 0, 0, 0.5, 1, 300);
    tracker.histogram("weights", data, 10);
    tracker.histogram("broken", [1, Number.POSITIVE_INFINITY, Number.NaN], 10);
    await tracker.finish(RunStatus.finished);
    const told = values(tracker.path);
    const histogram = nested(told[0].value, 5);
    expect([1, 2, 3, 4, 5].map((field) => doubleAt(histogram, field))).toEqual([-2, 300, 6, 299.5, 90_005.25]);
    const limits = doublesAt(histogram, 6);
    const counts = doublesAt(histogram, 7);
    expect(counts.length).toBe(limits.length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
    for (const x of data) {
      const bucket = limits.findIndex((limit) => limit > x);
      expect(counts[bucket], `the bucket of ${x}`).toBeGreaterThan(0);
    }
    const broken = told.find(({ tag }) => tag === "broken/notFinite");
    expect(broken && bytesAt(broken.value, 2).readFloatLE(), "values without a bucket are counted").toBe(2);
  });

  it("holds texts as string tensors of the text plugin", async () => {
    const tracker = new TensorBoardTracker({ folder, clock: new SimulatedClock(START_MS) });
    tracker.scalar("x", 1, 77);
    tracker.text("notes", "# Größe\n\n* a list");
    await tracker.finish(RunStatus.finished);
    const told = values(tracker.path).find(({ tag }) => tag === "notes");
    if (told === undefined) throw new Error("the text was told");
    expect(told.step, "told where the run stands").toBe(77);
    const tensor = nested(told.value, 8);
    expect(tensor.get(1), "DT_STRING").toEqual([7]);
    expect(nested(tensor, 2, 2).get(1), "one element").toEqual([1]);
    expect(textAt(tensor, 8)).toBe("# Größe\n\n* a list");
    expect(textAt(nested(told.value, 9, 1), 1)).toBe("text");
  });

  it("holds the settings, the start and the end of the run for the HParams tab", async () => {
    const clock = new SimulatedClock(START_MS);
    const tracker = new TensorBoardTracker({ folder, clock, group: "run-1", figures: ["score"] });
    tracker.config({ ppo: { clip: 0.2, sizes: [64, 64] }, recurrent: true, off: undefined }, { code: "abc" });
    clock.advance(60_000);
    await tracker.finish(RunStatus.failed);
    const told = values(tracker.path);
    expect(told.map(({ tag }) => tag)).toEqual([
      "_hparams_/experiment",
      "_hparams_/session_start_info",
      "_hparams_/session_end_info",
    ]);
    const [experiment, start, end] = told.map(({ value }) => {
      expect(textAt(nested(value, 9, 1), 1)).toBe("hparams");
      return decode(bytesAt(nested(value, 9, 1), 2));
    });
    const infos = messagesAt(nested(experiment, 2), 4);
    expect(infos.map((info) => [textAt(info, 1), info.get(4)])).toEqual([
      ["ppo.clip", [3]],
      ["ppo.sizes", [1]],
      ["recurrent", [2]],
      ["tag.code", [1]],
    ]);
    expect(textAt(nested(experiment, 2, 5, 1), 2), "the figure beside the settings").toBe("score");
    const settings = messagesAt(nested(start, 3), 1);
    expect(doubleAt(nested(settings[0], 2), 2)).toBe(0.2);
    expect(textAt(nested(settings[1], 2), 3)).toBe("64, 64");
    expect(nested(settings[2], 2).get(4)).toEqual([1]);
    expect(textAt(nested(start, 3), 4)).toBe("run-1");
    expect(nested(end, 4).get(1), "STATUS_FAILURE").toEqual([2]);
    expect(doubleAt(nested(end, 4), 2)).toBe((START_MS + 60_000) / 1000);
  });

  it("is written when enough time or data has gathered, and whole at the end", async () => {
    const clock = new SimulatedClock(START_MS);
    const tracker = new TensorBoardTracker({ folder, clock, flushMs: 5_000, flushBytes: 1_000 });
    const written = (): number => events(tracker.path).length;
    tracker.scalar("a", 1, 1);
    expect(written(), "held back").toBe(1);
    clock.advance(5_000);
    tracker.scalar("a", 2, 2);
    expect(written(), "after the wait").toBe(3);
    for (let step = 3; step < 40; step++) tracker.scalar("a", step, step);
    expect(written(), "a thousand bytes have gathered").toBeGreaterThan(20);
    await tracker.finish(RunStatus.finished);
    expect(written()).toBe(1 + 39 + 1);
    expect(() => tracker.scalar("a", 1, 41)).toThrow("after its end");
  });

  it("of a continued run tells readers to forget what came after the checkpoint", async () => {
    const clock = new SimulatedClock(START_MS);
    const first = new TensorBoardTracker({ folder, clock });
    await first.finish(RunStatus.stopped);
    const second = new TensorBoardTracker({ folder, clock });
    second.continued(4096);
    await second.finish(RunStatus.finished);
    expect(second.path, "a file of its own, even within the same second").not.toBe(first.path);
    const start = events(second.path)[1];
    expect(start.get(2)).toEqual([4097]);
    expect(nested(start, 7).get(1), "SessionLog.START").toEqual([1]);
  });

  it("says so where it can't be written", () => {
    const path = join(folder, "file");
    writeFileSync(path, "");
    expect(() => new TensorBoardTracker({ folder: path, clock: new SimulatedClock(START_MS) })).toThrowError(
      expect.objectContaining({ code: "FILE_UNWRITABLE" }),
    );
  });
});
