/** @file Long work for agents of other programs, over the same jobs that the dashboard starts. */
import { AGENT_JOBS, type AgentDraft, type AgentJob, type AgentOrder, type JobDesk } from "../../assistant/index.ts";
import { type Clock, freshId, HOUR_MS, TidemarkError } from "../../core/index.ts";
import type { Config } from "../config/load.ts";
import type { Jobs, Work } from "../jobs/jobs.ts";
import { shownLine, workLine } from "../jobs/lines.ts";

/** Drafts that nobody runs are forgotten. */
const DRAFT_MS = HOUR_MS;
const MOST_DRAFTS = 100;
/** Trainings and tests of agents at one time: the machine has others to serve. */
const MOST_RUNNING = 2;

type Kept = { readonly order: AgentOrder; readonly untilMs: number; job?: string };

const isAgentKind = (kind: string): boolean => AGENT_JOBS.some((one) => one === kind);
const isAtWork = ({ state }: Work): boolean => state === "running" || state === "stopping";

function viewOf({ by: _by, progress, ...job }: Work): AgentJob {
  if (progress === null) return { ...job, progress };
  const { label, done, total, unit, etaMs } = progress;
  return { ...job, progress: { label, done, total, unit, etaMs } };
}

/** Keeps drafts for as long as this process lives; what was started is found on disk by everybody. */
export class AgentJobs {
  readonly #jobs: Jobs;
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #drafts = new Map<string, Kept>();

  constructor(jobs: Jobs, config: Config, clock: Clock) {
    this.#jobs = jobs;
    this.#config = config;
    this.#clock = clock;
  }

  /** The desk as one agent sees it. @param by who it is, as the list of jobs shows it */
  deskFor(by: string): JobDesk {
    return {
      draft: (order) => this.#draft(order),
      run: (draft) => this.#run(draft, by),
      job: (id) => ({ job: viewOf(this.#agentJob(id)), result: this.#jobs.result(id) }),
      jobs: () =>
        this.#jobs
          .list()
          .filter(({ kind }) => isAgentKind(kind))
          .map(viewOf),
      stop: (id) => {
        this.#agentJob(id);
        return viewOf(this.#jobs.stop(id));
      },
    };
  }

  /** Paper sessions and other work of people are none of an agent's business. Throws JOB_MISSING. */
  #agentJob(id: string): Work {
    const work = this.#jobs.get(id);
    if (isAgentKind(work.kind)) return work;
    throw new TidemarkError("JOB_MISSING", {
      what: `There is no job "${id}" for agents`,
      fix: "See the list of jobs.",
    });
  }

  #draft(order: AgentOrder): AgentDraft {
    const line = shownLine(workLine(order, this.#config));
    const nowMs = this.#clock.nowMs();
    for (const [id, { untilMs }] of this.#drafts) if (untilMs < nowMs) this.#drafts.delete(id);
    const oldest = this.#drafts.keys().next();
    if (this.#drafts.size >= MOST_DRAFTS && oldest.done !== true) this.#drafts.delete(oldest.value);
    const draft = `draft-${freshId()}`;
    const expiresMs = nowMs + DRAFT_MS;
    this.#drafts.set(draft, { order, untilMs: expiresMs });
    return { draft, line, expiresMs };
  }

  #run(draft: string, by: string): AgentJob {
    const kept = this.#drafts.get(draft);
    if (kept === undefined || kept.untilMs < this.#clock.nowMs()) {
      throw new TidemarkError("JOB_MISSING", {
        what: `There is no draft "${draft.slice(0, 60)}"`,
        fix: "draft_job makes one; it is kept for an hour.",
      });
    }
    if (kept.job !== undefined) return viewOf(this.#jobs.get(kept.job));
    const running = this.#jobs.list().filter((work) => isAgentKind(work.kind) && isAtWork(work));
    if (running.length >= MOST_RUNNING) {
      throw new TidemarkError("JOBS_RUNNING", {
        what: `${running.length} jobs are running: ${running.map(({ id }) => id).join(", ")}`,
        fix: "Wait for one of them, or stop it.",
      });
    }
    const work = this.#jobs.start(kept.order, by);
    kept.job = work.id;
    return viewOf(work);
  }
}
