import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../core/index.ts";
import fixture from "../testing/optuna-journal.fixture.json" with { type: "json" };
import { bestTrial, TrialState } from "../trial.ts";
import { parseDistribution } from "./distribution.ts";
import { Journal } from "./journal.ts";
import { createStudyOp, createTrialOp, finishTrialOp, intermediateOp, pythonDate, runTrialOp } from "./operations.ts";
import { parsePythonJson, pythonJson } from "./python-json.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-journal-"));
  path = join(folder, "study.log");
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(workerId = "me", graceMs = 30_000): Journal {
  return new Journal(path, workerId, { clock: systemClock, graceMs, patienceMs: 4 * graceMs });
}

const RUNNING = { state: TrialState.running, params: {}, dimensions: [], systemAttributes: {}, startedMs: 0 };

async function begin(journal: Journal): Promise<void> {
  await journal.transact(() => ({ operations: [createStudyOp("s", "minimize")], result: undefined }));
}

async function addTrial(journal: Journal): Promise<number> {
  return journal.transact((state) => ({
    operations: [createTrialOp(0, RUNNING)],
    result: state.studies()[0].trialIds.length,
  }));
}

describe("Python's JSON", () => {
  it("has bare NaN and infinities, which texts that look like them are not", () => {
    const value = {
      a: [Number.NaN, Number.POSITIVE_INFINITY, -1.5],
      b: 'NaN "Infinity" \\',
      c: Number.NEGATIVE_INFINITY,
    };
    const text = pythonJson({ ...value, left: undefined });
    expect(text).toBe('{"a":[NaN,Infinity,-1.5],"b":"NaN \\"Infinity\\" \\\\","c":-Infinity}');
    expect(parsePythonJson(text)).toEqual(value);
    expect(() => parsePythonJson('{"a": NaN')).toThrow(SyntaxError);
    expect(() => parsePythonJson("{a}")).toThrow(SyntaxError);
  });

  it("has dates with microseconds and an offset", () => {
    expect(pythonDate(Date.UTC(2026, 0, 31, 12, 0, 0, 123))).toBe("2026-01-31T12:00:00.123000+00:00");
  });
});

function oldDistribution(name: string, attributes: object): unknown {
  return parseDistribution(JSON.stringify({ name, attributes }));
}

describe("a journal that Optuna wrote", () => {
  it("is read as Optuna itself reads it", () => {
    writeFileSync(path, fixture.journal.map((line) => `${line}\n`).join(""));
    const { state } = open();
    expect(state.studies().map((study) => study.name)).toEqual(["other", "made"]);
    const study = state.study("made");
    if (study === undefined) throw new Error("the study is there");
    expect(study.direction).toBe(fixture.study.direction);
    expect(study.userAttributes).toEqual(fixture.study.userAttributes);
    const trials = state.trialsOf(study);
    const read = trials.map((trial) => ({
      number: trial.number,
      state: trial.state,
      params: trial.params,
      value: numberOrText(trial.value),
      intermediate: Object.fromEntries([...trial.intermediate].map(([step, value]) => [step, numberOrText(value)])),
      userAttributes: trial.userAttributes,
      systemAttributeKeys: Object.keys(trial.systemAttributes).sort(),
    }));
    expect(read).toEqual(fixture.trials);
    expect(bestTrial("maximize", trials)?.number).toBe(fixture.study.best);
  });

  it("may have distributions under their old names", () => {
    expect(oldDistribution("DiscreteUniformDistribution", { low: 0, high: 1, q: 0.5 })).toMatchObject({
      kind: "float",
      step: 0.5,
    });
    expect(oldDistribution("LogUniformDistribution", { low: 1, high: 9 })).toMatchObject({ kind: "float", log: true });
    expect(oldDistribution("IntLogUniformDistribution", { low: 1, high: 9, step: 1 })).toMatchObject({
      kind: "int",
      log: true,
    });
    expect(oldDistribution("IntUniformDistribution", { low: 1, high: 9, step: 2 })).toMatchObject({
      kind: "int",
      step: 2,
    });
    expect(() => oldDistribution("Gaussian", { low: 0, high: 1 })).toThrow(/name is known/);
  });
});

/** JSON has no infinities. */
function numberOrText(value: number | undefined): number | string | null {
  if (value === undefined) return null;
  return Number.isFinite(value) ? value : String(value).toLowerCase().replace("infinity", "inf");
}

describe("a journal", () => {
  it("shows every writer the same trials, and lets the first of two start a waiting one", async () => {
    const [a, b] = [open("a"), open("b")];
    await begin(a);
    const numbers = await Promise.all([a, b, a, b, a, b].map(addTrial));
    expect(
      numbers.toSorted((x, y) => x - y),
      "each number once",
    ).toEqual([0, 1, 2, 3, 4, 5]);
    const waiting = { ...RUNNING, state: TrialState.waiting };
    await a.transact(() => ({ operations: [createTrialOp(0, waiting)], result: undefined }));
    await a.transact(() => ({ operations: [runTrialOp(6, 1_000)], result: undefined }));
    await b.transact(() => ({ operations: [runTrialOp(6, 2_000)], result: undefined }));
    expect([a, b].map((journal) => (journal.sync(), journal.state.trial(6)?.startedMs))).toEqual([1_000, 1_000]);
  });

  it("never changes a finished trial", async () => {
    const journal = open();
    await begin(journal);
    await addTrial(journal);
    const later = [finishTrialOp(0, TrialState.failed, undefined, 2), intermediateOp(0, 1, 5)];
    await journal.transact(() => ({
      operations: [finishTrialOp(0, TrialState.complete, 1.5, 1), ...later],
      result: undefined,
    }));
    expect(journal.state.trial(0)).toMatchObject({ state: TrialState.complete, value: 1.5, finishedMs: 1 });
    expect(journal.state.trial(0)?.intermediate.size).toBe(0);
  });

  it("reads over a last line that was cut short, and the next writer removes it", async () => {
    const journal = open();
    await begin(journal);
    await addTrial(journal);
    const whole = statSync(path).size;
    appendFileSync(path, '{"op_code":4,"study_id":0,"datet');
    const reader = open("other");
    expect(reader.state.studies()[0].trialIds).toEqual([0]);
    expect(statSync(path).size, "a reader changes nothing").toBeGreaterThan(whole);
    expect(await addTrial(reader)).toBe(1);
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { op_code: number }).op_code)).toEqual([0, 4, 4]);
    journal.sync();
    expect(journal.state.studies()[0].trialIds).toEqual([0, 1]);
  });

  it("is refused where a line in the middle is damaged, with the line's number", async () => {
    const journal = open();
    await begin(journal);
    appendFileSync(path, "not json\n");
    expect(open().state.studies(), "as the last line it counts as cut short").toHaveLength(1);
    appendFileSync(path, '{"op_code":4,"study_id":0,"worker_id":"x","datetime_start":null}\n');
    expect(() => open()).toThrow(expect.objectContaining({ code: "STUDY_CORRUPT", where: `${path}:2`, exitCode: 3 }));
    writeFileSync(path, '{"op_code":99,"worker_id":"x"}\n');
    expect(() => open()).toThrow(/op_code is known/);
    expect(() => journal.sync(), "a file that was cut is not the same file").toThrow(/shrank/);
  });

  it("has no lock while nobody writes, and waits for one that is in use", async () => {
    const journal = open();
    await begin(journal);
    expect(existsSync(`${path}.lock`)).toBe(false);
    symlinkSync(path, `${path}.lock`);
    const waiting = addTrial(journal);
    const early = await Promise.race([waiting, systemClock.sleep(60).then(() => "waits")]);
    expect(early).toBe("waits");
    rmSync(`${path}.lock`);
    expect(await waiting).toBe(0);
  });

  it("takes over the lock of a process that was killed, link or file", async () => {
    const journal = open("me", 80);
    await begin(journal);
    symlinkSync(path, `${path}.lock`);
    expect(await addTrial(journal)).toBe(0);
    writeFileSync(`${path}.lock`, "");
    expect(await addTrial(journal)).toBe(1);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it("gives up on a lock whose holder goes on writing", async () => {
    const journal = open("me", 60);
    await begin(journal);
    symlinkSync(path, `${path}.lock`);
    let tick = 1;
    const busy = setInterval(() => utimesSync(path, tick, tick++), 10);
    try {
      await expect(addTrial(journal)).rejects.toMatchObject({ code: "STUDY_LOCKED", where: `${path}.lock` });
    } finally {
      clearInterval(busy);
    }
  });

  it("writes nothing where the build of a transaction fails, and goes on afterwards", async () => {
    const journal = open();
    await begin(journal);
    const failing = journal.transact(() => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await addTrial(journal)).toBe(0);
  });
});
