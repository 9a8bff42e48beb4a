/**
 * @file Long work for agents: drafted, run by the draft's name, and asked after. Only what writes reports, models and studies can
 * be drafted: nothing that trades, promotes or changes a setting of this machine.
 */
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import { TidemarkError, toError } from "../../core/index.ts";

export const AGENT_JOBS = ["backtest", "train", "tune", "walkforward", "stress"] as const;

export type AgentOrder = {
  readonly kind: (typeof AGENT_JOBS)[number];
  readonly model?: string | undefined;
  readonly resume?: string | undefined;
  /** Configuration values by dotted key. */
  readonly settings: Readonly<Record<string, unknown>>;
};

export type AgentDraft = {
  readonly draft: string;
  /** The equal command line. */
  readonly line: string;
  readonly expiresMs: number;
};

export type AgentJob = {
  readonly id: string;
  readonly kind: string;
  readonly line: string;
  /** running, stopping, done, failed, stopped, lost. */
  readonly state: string;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly progress: {
    readonly label: string;
    readonly done: number;
    readonly total: number | null;
    readonly unit: string;
    readonly etaMs: number | null;
  } | null;
  readonly error: { readonly code: string; readonly what: string; readonly fix?: string } | null;
};

/** Who keeps the drafts and starts the work; another room fills it. Every function throws TidemarkErrors that tell what is wrong. */
export type JobDesk = {
  /** Checks an order as a command line would be checked, and starts nothing. */
  draft(order: AgentOrder): AgentDraft;
  /** Starts a draft; a second time it is the same job. */
  run(draft: string): AgentJob;
  job(id: string): { readonly job: AgentJob; readonly result: unknown };
  jobs(): readonly AgentJob[];
  stop(id: string): AgentJob;
};

const SHOWN_JOBS = 20;
/** Longest text of a result: an agent has a context to keep. */
const LONGEST_RESULT = 12_000;
const FIRST_CHECK_S = 5;
const LAST_CHECK_S = 180;

const jobSchema = z.object({
  id: z.string(),
  kind: z.string(),
  line: z.string(),
  state: z.string(),
  startedMs: z.number(),
  endedMs: z.number().nullable(),
  progress: z
    .object({
      label: z.string(),
      done: z.number(),
      total: z.number().nullable(),
      unit: z.string(),
      etaMs: z.number().nullable(),
    })
    .nullable(),
  error: z.object({ code: z.string(), what: z.string(), fix: z.string().optional() }).nullable(),
});
const setting = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
const draftInput = {
  kind: z.enum(AGENT_JOBS),
  model: z.string().min(1).max(200).optional().describe('what is judged or gone on with: "name" or "name/version"'),
  resume: z.string().min(1).max(200).optional().describe("a run (train), study (tune) or walk-forward to go on with"),
  settings: z
    .record(z.string().max(100), setting)
    .default({})
    .describe('configuration by dotted key, such as {"training.steps": 100000}'),
};

function given<T extends object>(structuredContent: T, text: string) {
  return { content: [{ type: "text" as const, text }], structuredContent: { ...structuredContent } };
}

/** A refusal is a result that says what is wrong and what to do. */
function held<T>(act: () => T) {
  try {
    return act();
  } catch (thrown) {
    const text =
      thrown instanceof TidemarkError
        ? `${thrown.code}: ${thrown.what}${thrown.where === undefined ? "" : ` (${thrown.where})`}. ${thrown.fix ?? ""}`
        : toError(thrown).message;
    return { content: [{ type: "text" as const, text: text.trim() }], isError: true };
  }
}

const isAtWork = ({ state }: AgentJob): boolean => state === "running" || state === "stopping";

/** Seconds after which it is worth asking again: a tenth of how long it has run, from five seconds to three minutes. */
export function nextCheckSeconds(job: AgentJob, nowMs: number): number {
  const ran = (nowMs - job.startedMs) / 10_000;
  return Math.round(Math.min(LAST_CHECK_S, Math.max(FIRST_CHECK_S, ran)));
}

function jobText(job: AgentJob, nowMs: number): string {
  const { progress, error } = job;
  const head = `${job.id} is ${job.state}: ${job.line}`;
  if (error !== null) return `${head}\n${error.code}: ${error.what}. ${error.fix ?? ""}`.trim();
  if (!isAtWork(job)) return head;
  const done =
    progress === null
      ? ""
      : `\n${progress.label}: ${progress.done}${progress.total === null ? "" : ` of ${progress.total}`} ${progress.unit}`;
  return `${head}${done}\nAsk again in ${nextCheckSeconds(job, nowMs)} s.`;
}

/** Adds the tools of a desk. @param nowMs the clock */
export function addJobTools(server: McpServer, desk: JobDesk, nowMs: () => number): void {
  const reads = { readOnlyHint: true, openWorldHint: false };
  const writes = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false };
  server.registerTool(
    "draft_job",
    {
      description:
        "Check a backtest, training, tuning, walk-forward or stress test without starting it; `run_job` starts the draft. Settings are checked like those of the configuration file",
      inputSchema: draftInput,
      outputSchema: { draft: z.string(), line: z.string(), expiresMs: z.number() },
      annotations: reads,
    },
    (order) =>
      held(() => {
        const draft = desk.draft(order);
        return given(draft, `Draft ${draft.draft}: ${draft.line}\nNothing runs yet; run_job starts it.`);
      }),
  );
  server.registerTool(
    "run_job",
    {
      description: "Start a draft; returns at once. The same draft is started once only",
      inputSchema: { draft: z.string().min(1).max(100) },
      outputSchema: { job: jobSchema, checkAgainSeconds: z.number() },
      annotations: writes,
    },
    ({ draft }) =>
      held(() => {
        const job = desk.run(draft);
        return given({ job, checkAgainSeconds: nextCheckSeconds(job, nowMs()) }, jobText(job, nowMs()));
      }),
  );
  server.registerTool(
    "job",
    {
      description: "State, progress and result of a job. Ask no more often than checkAgainSeconds says",
      inputSchema: { id: z.string().min(1).max(200) },
      outputSchema: {
        job: jobSchema,
        checkAgainSeconds: z.number().nullable(),
        result: z.string().nullable().describe("what the command printed as JSON; null until it ended"),
        isCut: z.boolean(),
      },
      annotations: reads,
    },
    ({ id }) =>
      held(() => {
        const { job, result } = desk.job(id);
        const text = result === null || result === undefined ? null : JSON.stringify(result);
        const isCut = text !== null && text.length > LONGEST_RESULT;
        const checkAgainSeconds = isAtWork(job) ? nextCheckSeconds(job, nowMs()) : null;
        return given(
          { job, checkAgainSeconds, result: text === null ? null : text.slice(0, LONGEST_RESULT), isCut },
          jobText(job, nowMs()),
        );
      }),
  );
  server.registerTool(
    "jobs",
    { description: "The newest jobs", inputSchema: {}, outputSchema: { jobs: z.array(jobSchema) }, annotations: reads },
    () =>
      held(() => {
        const jobs = desk.jobs().slice(0, SHOWN_JOBS);
        return given({ jobs }, jobs.map((job) => jobText(job, nowMs())).join("\n") || "There are no jobs.");
      }),
  );
  server.registerTool(
    "stop_job",
    {
      description: "Ask a job to stop cleanly: it saves itself and can be resumed",
      inputSchema: { id: z.string().min(1).max(200) },
      outputSchema: { job: jobSchema },
      annotations: writes,
    },
    ({ id }) =>
      held(() => {
        const job = desk.stop(id);
        return given({ job }, jobText(job, nowMs()));
      }),
  );
}
