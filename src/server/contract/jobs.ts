/** @file Long work: child processes that run a verb of the command line, outlive the page and the server, and are resources. */
import { z } from "zod";
import { timeMs } from "./common.ts";

export const JOB_KINDS = [
  "train",
  "tune",
  "backtest",
  "walkforward",
  "stress",
  "fetch",
  "paper",
  "doctor",
  "data-check",
  "drift",
  "verify-leak",
  "verify-warmup",
  "verify-bias",
  "verify-parity",
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** POST jobs. `settings` are configuration values by dotted key, checked like those of the file. */
export const newJobSchema = z.strictObject({
  kind: z.enum(JOB_KINDS),
  /** A model's "name" or "name/version", where the verb takes one. */
  model: z.string().max(200).optional(),
  /** A run that is to be resumed (train), or a study (tune). */
  resume: z.string().max(200).optional(),
  settings: z.record(
    z.string().max(100),
    z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
  ),
});
export type NewJob = z.infer<typeof newJobSchema>;

export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(JOB_KINDS),
  /** The equal command line. */
  line: z.string(),
  /** running, stopping, done, failed, stopped, lost (its process is gone without a word). */
  state: z.enum(["running", "stopping", "done", "failed", "stopped", "lost"]),
  by: z.string(),
  startedMs: timeMs,
  endedMs: timeMs.nullable(),
  progress: z
    .object({
      label: z.string(),
      done: z.number(),
      total: z.number().nullable(),
      unit: z.string(),
      figures: z.record(z.string(), z.string()),
      /** Units a second over the last minute; null where it isn't known. */
      rate: z.number().nullable(),
      etaMs: z.number().nullable(),
      atMs: timeMs,
    })
    .nullable(),
  error: z.object({ code: z.string(), what: z.string(), fix: z.string().optional() }).nullable(),
});
export type Job = z.infer<typeof jobSchema>;
export const jobsSchema = z.object({ items: z.array(jobSchema) });
/** GET jobs/{id}: with what the verb printed as its result, null until it ended. */
export const jobDetailSchema = z.object({ job: jobSchema, result: z.unknown() });
/** GET jobs/{id}/log?after=: lines from byte `after` on. */
export const jobLogSchema = z.object({ text: z.string(), next: z.number() });
