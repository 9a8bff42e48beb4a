import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { JobDesk } from "../../assistant/index.ts";
import { JOB_VARIABLE, systemClock } from "../../core/index.ts";
import { loadConfig } from "../config/load.ts";
import { Jobs } from "../jobs/jobs.ts";
import { AgentJobs } from "./job-desk.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-jobs-"));
const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
const CHILD = join(folder, "child.mjs");
writeFileSync(
  CHILD,
  `import { writeFileSync } from "node:fs";
const end = (code) => { writeFileSync(process.env.${JOB_VARIABLE} + "/exit.json", JSON.stringify({ code, atMs: 5 })); process.exit(code); };
process.on("SIGTERM", () => end(130));
if (process.argv.includes("--model")) setInterval(() => undefined, 1000);
else { process.stdout.write('{"figure":1.5}\\n'); end(0); }
`,
);
let nowMs = Date.now();
const jobs = new Jobs({ config, clock: systemClock, environment: { ...process.env }, launcher: CHILD });
const desk = new AgentJobs(jobs, config, { ...systemClock, nowMs: () => nowMs }).deskFor("agent, token a");

async function ended(id: string) {
  for (;;) {
    const found = desk.job(id);
    if (found.job.endedMs !== null) return found;
    await systemClock.sleep(20);
  }
}
const start = (order: Parameters<JobDesk["draft"]>[0]) => desk.run(desk.draft(order).draft);
afterAll(async () => {
  for (const { id, endedMs } of desk.jobs()) {
    if (endedMs === null) desk.stop(id);
    await ended(id);
  }
  rmSync(folder, { recursive: true, force: true });
});

describe("the desk of an agent", () => {
  it("starts nothing by a draft, and a draft once", async () => {
    const before = desk.jobs().length;
    const { draft, line } = desk.draft({ kind: "train", settings: { "training.gamma": 0.9 } });
    expect(line).toBe("tidemark train --set training.gamma=0.9");
    expect(desk.jobs()).toHaveLength(before);
    const job = desk.run(draft);
    expect(desk.run(draft).id).toBe(job.id);
    expect(await ended(job.id)).toMatchObject({ job: { state: "done", line }, result: { figure: 1.5 } });
    expect(jobs.get(job.id).by).toBe("agent, token a");
    expect(desk.jobs().filter(({ id }) => id === job.id)).toHaveLength(1);
    expect(desk.jobs()).toHaveLength(before + 1);
  });

  it.each([
    [{ kind: "train", settings: { "training.gama": 0.9 } }, "CONFIG_UNKNOWN_KEY"],
    [{ kind: "train", settings: { "training.gamma": 7 } }, "CONFIG_VALUE"],
    [{ kind: "train", settings: { "paths.data": "/" } }, "USAGE_ARGUMENT"],
    [{ kind: "tune", model: "a", settings: {} }, "USAGE_ARGUMENT"],
    [{ kind: "backtest", model: "--live", settings: {} }, "USAGE_ARGUMENT"],
  ] as const)("refuses %o when it is drafted", (order, code) => {
    expect(() => desk.draft(order)).toThrow(expect.objectContaining({ code }));
  });

  it("forgets a draft after an hour, and knows no job that is not for agents", async () => {
    const { draft } = desk.draft({ kind: "train", settings: {} });
    nowMs += 3_600_001;
    expect(() => desk.run(draft)).toThrow(/no draft/);
    expect(() => desk.run("draft-x")).toThrow(/no draft/);
    const paper = jobs.start({ kind: "doctor", settings: {} }, "page");
    expect(() => desk.job(paper.id)).toThrow(/for agents/);
    expect(() => desk.stop(paper.id)).toThrow(/for agents/);
    expect(desk.jobs().some(({ id }) => id === paper.id)).toBe(false);
  });

  it("runs two at a time, and stops them", async () => {
    const order = { kind: "backtest", model: "long", settings: {} } as const;
    const two = [start(order), start(order)];
    const third = desk.draft(order).draft;
    expect(() => desk.run(third)).toThrow(expect.objectContaining({ code: "JOBS_RUNNING" }));
    for (const { id } of two) {
      desk.stop(id);
      expect((await ended(id)).job.endedMs).not.toBeNull();
    }
    expect(desk.run(third).state, "the draft was not used up").toBe("running");
  });
});
