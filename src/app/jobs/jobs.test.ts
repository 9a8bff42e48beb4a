import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EXIT_FILE, JOB_VARIABLE, JobReport, SimulatedClock, systemClock } from "../../core/index.ts";
import { loadConfig } from "../config/load.ts";
import { Jobs, type Work } from "./jobs.ts";
import { shownLine, workLine } from "./lines.ts";
import { processStart } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-jobs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });

/** A program in the place of ours: what it does is its first argument's `--model`. */
const CHILD = join(folder, "child.mjs");
writeFileSync(
  CHILD,
  `import { appendFileSync, writeFileSync } from "node:fs";
const folder = process.env.${JOB_VARIABLE};
const how = process.argv[process.argv.indexOf("--model") + 1];
const end = (code) => { writeFileSync(folder + "/exit.json", JSON.stringify({ code, atMs: 5 })); process.exit(code); };
for (let i = 1; i <= 3; i++)
  appendFileSync(folder + "/progress.jsonl", JSON.stringify({ label: "bars", done: i * 10, total: 100, unit: "bars", atMs: i * 1000 }) + "\\n");
process.stderr.write("a line\\nhalf");
if (how === "good") { process.stdout.write(JSON.stringify({ figure: 1.5, argv: process.argv.slice(2) }) + "\\n"); end(0); }
if (how === "bad") { process.stdout.write(JSON.stringify({ error: { code: "DATA_MISSING", what: "No candles", fix: "Fetch." } }) + "\\n"); end(3); }
if (how === "gone") process.exit(7);
let words = 0;
process.on("SIGTERM", () => { if (++words > 1) process.exit(9); setTimeout(() => end(130), 300); });
writeFileSync(folder + "/ready", "");
setInterval(() => undefined, 1000);
`,
);

function open(): Jobs {
  return new Jobs({ config, clock: systemClock, environment: { ...process.env }, launcher: CHILD });
}

async function until(jobs: Jobs, id: string, holds: (work: Work) => boolean): Promise<Work> {
  for (;;) {
    const work = jobs.get(id);
    if (holds(work)) return work;
    await systemClock.sleep(20);
  }
}

const hasEnded = ({ endedMs }: Work): boolean => endedMs !== null;

describe("a job", () => {
  it("is a command line of this program; what it printed is its result", async () => {
    const jobs = open();
    const started = jobs.start({ kind: "backtest", model: "good", settings: { "training.gamma": 0.9 } }, "page");
    expect(started.line).toBe("tidemark backtest --model good --set training.gamma=0.9");
    const work = await until(jobs, started.id, hasEnded);
    expect(work).toMatchObject({ state: "done", by: "page", endedMs: 5, error: null });
    expect(work.progress).toMatchObject({ label: "bars", done: 30, total: 100, unit: "bars", rate: null });
    expect(jobs.result(work.id)).toEqual({
      figure: 1.5,
      argv: ["backtest", "--model", "good", "--set", "training.gamma=0.9", "--json"],
    });
    expect(jobs.log(work.id, 0)).toEqual({ text: "a line\n", next: 7 });
    expect(jobs.log(work.id, 7)).toEqual({ text: "half", next: 11 });
    expect(jobs.log(work.id, 99)).toEqual({ text: "", next: 11 });
  });

  it("tells its failure by the catalog's code, and where it went without a word", async () => {
    const jobs = open();
    const bad = await until(jobs, jobs.start({ kind: "drift", model: "bad", settings: {} }, "page").id, hasEnded);
    expect(bad).toMatchObject({ state: "failed", error: { code: "DATA_MISSING", what: "No candles", fix: "Fetch." } });
    const gone = await until(jobs, jobs.start({ kind: "drift", model: "gone", settings: {} }, "page").id, hasEnded);
    expect(gone.state).toBe("lost");
    expect(gone.error?.what).toContain("without a word");
  });

  it("is known to a server that was started anew, and stopped cleanly by one word, however often it is asked", async () => {
    const { id } = open().start({ kind: "paper", model: "long", settings: {} }, "page");
    const again = open();
    await until(again, id, () => {
      try {
        return readFileSync(join(again.folder, id, "ready")).length === 0;
      } catch {
        return false;
      }
    });
    expect(again.get(id).state).toBe("running");
    for (let i = 0; i < 3; i++) expect(again.stop(id).state).toBe("stopping");
    expect((await until(again, id, hasEnded)).state).toBe("stopped");
    expect(again.stop(id).state).toBe("stopped");
    expect(JSON.parse(readFileSync(join(again.folder, id, EXIT_FILE), "utf8"))).toMatchObject({ code: 130 });
    const second = again.start({ kind: "doctor", settings: {} }, "page");
    const begun = again.list().map(({ startedMs }) => startedMs);
    expect(begun.length, "this one and the next").toBeGreaterThan(1);
    expect(begun).toEqual([...begun].sort((a, b) => b - a));
    again.stop(second.id);
  });

  it("is not mistaken for a process that was given its number later", () => {
    const jobs = open();
    const file = { kind: "train", line: ["train"], by: "page", startedMs: 1, pid: process.pid, start: "another time" };
    const work = jobs.start({ kind: "doctor", settings: {} }, "page");
    jobs.stop(work.id);
    writeFileSync(join(jobs.folder, work.id, "job.json"), JSON.stringify(file));
    const other = open();
    expect(other.get(work.id).state).toBe("lost");
    expect(other.stop(work.id).state).toBe("lost");
    expect(processStart(process.pid)).toMatch(/^\d+$/);
  });

  it("that isn't there is said to be missing, whatever its name leads to", () => {
    for (const id of ["no", "../..", "a/b", ""]) expect(() => open().get(id)).toThrow(/no job/);
  });
});

describe("a command line from a page", () => {
  it("has only known settings and plain names in it", () => {
    const train = (settings: Record<string, unknown>): string[] => workLine({ kind: "train", settings }, config);
    expect(train({ "data.symbols": ["BTCUSDT", "ETHUSDT"] })).toEqual([
      "train",
      "--set",
      "data.symbols=BTCUSDT,ETHUSDT",
    ]);
    expect(() => train({ "training.gamma": 7 })).toThrow(/gamma/);
    expect(() => train({ "training.gama": 0.9 })).toThrow(/gamma/);
    expect(() => train({ "paths.runs": "/tmp" })).toThrow(/not set from a page/);
    expect(() => train({ "trade.live": true })).toThrow(/not set from a page/);
    expect(() => workLine({ kind: "paper", settings: {} }, config)).toThrow(/needs a model/);
    expect(() => workLine({ kind: "paper", model: "--x", settings: {} }, config)).toThrow(/no name/);
    expect(() => workLine({ kind: "fetch", model: "m", settings: {} }, config)).toThrow(/takes no model/);
    expect(workLine({ kind: "train", resume: "demo-1", settings: {} }, config)).toEqual([
      "train",
      "--resume",
      "demo-1",
    ]);
  });

  it("is shown as a person would type it", () => {
    expect(shownLine(["train", "--set", "a=b c"])).toBe("tidemark train --set 'a=b c'");
    expect(shownLine(["x", "it's"])).toBe(`tidemark x 'it'\\''s'`);
  });
});

describe("what a child tells", () => {
  it("is nothing where nobody asked, and is not asked of its own children", () => {
    expect(JobReport.of({}, systemClock)).toBeUndefined();
    const environment: NodeJS.ProcessEnv = { [JOB_VARIABLE]: folder };
    expect(JobReport.of(environment, systemClock)).toBeDefined();
    expect(environment[JOB_VARIABLE]).toBeUndefined();
  });

  it("is a line each half second, and the last one in any case", () => {
    const place = mkdtempSync(join(folder, "report-"));
    const clock = new SimulatedClock(1_000);
    const report = new JobReport(place, clock);
    const tell = (done: number): void => report.progress({ label: "steps", done, unit: "steps" });
    tell(1);
    clock.advance(499);
    tell(2);
    clock.advance(1);
    tell(3);
    tell(4);
    report.ended(0);
    const lines = readFileSync(join(place, "progress.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { done: number }).done)).toEqual([1, 3, 4]);
    expect(JSON.parse(readFileSync(join(place, EXIT_FILE), "utf8"))).toEqual({ code: 0, atMs: 1_500 });
  });
});
