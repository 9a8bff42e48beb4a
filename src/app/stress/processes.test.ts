import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Clock } from "../../core/index.ts";
import {
  runStress,
  type StressJob,
  type StressOptions,
  type StressOutcome,
  type StressPlayer,
  type StressResult,
} from "../../evaluate/index.ts";
import type { Json, TrialRun } from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import { loadConfig } from "../config/load.ts";
import { packConfig } from "../config/packed.ts";
import { openSubject } from "../models/subject.ts";
import { quietContext } from "../testing/context.ts";
import { objective, stressPlayer } from "./processes.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-stress-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const config = changedConfig(loadConfig({ path: undefined, workingFolder: FOLDER, overrides: [] }), {
  "data.venue": "synthetic",
  "data.symbols": ["BTCUSDT", "ETHUSDT"],
  "data.timeframe": "1h",
  "data.synthetic_bars": 500,
});
const { context } = quietContext(FOLDER, () => config);
const named = { strategy: "sma-cross" };
const subject = await openSubject(context, named);

/** A share of the runs as its process plays it. */
async function share(
  plan: Json,
  number: number,
  of: number,
): Promise<{ outcomes: StressOutcome[]; reported: number[] }> {
  const notes: Record<string, Json> = {};
  const reported: number[] = [];
  const trial: TrialRun = {
    number,
    origin: number,
    attempt: 0,
    params: { share: number, of },
    signal: context.signal,
    report: (_, job) => Promise.resolve(void reported.push(job)),
    keepReturns: () => {},
    note: (key, value) => {
      notes[key] = value;
    },
  };
  await objective(trial, plan);
  return { outcomes: notes["outcomes"] as unknown as StressOutcome[], reported };
}

function planOf(jobs: readonly StressJob[], place: object, dataFingerprint = subject.tape.fingerprint): Json {
  return JSON.parse(
    JSON.stringify({
      subject: named,
      dataFingerprint,
      jobs,
      place,
      folder: FOLDER,
      packed: packConfig(config),
    }),
  ) as Json;
}

/** Plays in so many shares, as many processes do. */
function shared(of: number): StressPlayer {
  return async (jobs, place, onDone) => {
    const outcomes: StressOutcome[] = [];
    for (let number = 0; number < of; number++) {
      const played = await share(planOf(jobs, place), number, of);
      played.outcomes.forEach((outcome, k) => {
        outcomes[number + k * of] = outcome;
      });
      for (const job of played.reported) onDone(jobs[job]);
    }
    return outcomes;
  };
}

function stress(player?: StressPlayer, onProgress?: StressOptions["onProgress"]): Promise<StressResult> {
  return runStress({
    ...subject,
    ...subject.rows,
    balance: 10_000,
    scenarios: ["flash-crash", "outage"],
    combinations: [["spread", "volatility"]],
    monteCarlo: 20,
    perturbed: 3,
    ...(player === undefined ? {} : { player: () => player }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

const told = ({ base: _base, ...rest }: StressResult): unknown => rest;

describe("a stress test in processes", () => {
  it("leaves little work to one, and gives processes much, or what is asked for", () => {
    let nowMs = 0;
    const clock: Clock = { ...context.clock, elapsedMs: () => nowMs };
    const asked = (parallel: number) =>
      stressPlayer({ ...context, clock }, config, { ...named, dataFingerprint: "" }, parallel);
    const [usual, two] = [asked(0), asked(2)];
    nowMs = 1_000;
    expect(asked(1)).toBeUndefined();
    expect(two?.(1), "asked for").toBeDefined();
    expect(usual?.(19), "19 runs of a second").toBeUndefined();
    expect(usual === undefined || usual(21) !== undefined, "21 runs of a second").toBe(true);
  });

  it("comes to the same, to the last bit, in one process, in one beside it, and in two", async () => {
    const alone = await stress();
    expect(alone.rows.length).toBeGreaterThan(6);
    expect(alone.rows.some(({ totalReturn }) => totalReturn !== alone.baseRow.totalReturn)).toBe(true);
    expect(told(await stress(shared(1)))).toEqual(told(alone));
    const done: number[] = [];
    const two = await stress(shared(2), (progress) => done.push(progress.done ?? -1));
    expect(told(two)).toEqual(told(alone));
    expect(done[done.length - 1]).toBe(alone.backtests);
    expect(done, "and every run is told of").toEqual([...done].sort((a, b) => a - b));
    expect(new Set(done).size).toBe(alone.backtests);
  });

  it("refuses other candles than those that it began with", async () => {
    const place = { at: 100, to: 500, lean: 1, symbol: 0, seed: 0 };
    await expect(share(planOf([{ kind: "noise", number: 0 }], place, "other"), 0, 1)).rejects.toThrow(
      expect.objectContaining({ code: "CHECKPOINT_MISMATCH" }),
    );
  });
});
