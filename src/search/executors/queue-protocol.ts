/**
 * @file What a study and its workers on other machines agree on: names in Redis, and texts of outcomes and reports.
 * The queue's name follows from code and data, so that a worker with others never sees the jobs.
 */
import { fingerprint } from "../../core/index.ts";
import { parsePythonJson, pythonJson } from "../journal/python-json.ts";
import type { Attributes } from "../trial.ts";
import type { TrialOutcome, TrialTask } from "./executor.ts";

/** Everything that a job carries. */
export type TrialJob = TrialTask & { readonly codeVersion: string; readonly dataFingerprint: string };

/** Prefix of everything that a search keeps in Redis, unless another is given. */
export const DEFAULT_PREFIX = "tidemark";

export function queueName(codeVersion: string, dataFingerprint: string): string {
  return `trials-${fingerprint({ codeVersion, dataFingerprint }).slice(0, 16)}`;
}

/** One job for each try of a trial: adding it twice adds it once. */
export function jobIdOf(job: Pick<TrialTask, "studyId" | "trialId" | "attempt">): string {
  return `${job.studyId}_${job.trialId}_${job.attempt}`;
}

/** Exists while a study's process lives. Workers stop the trials of a study that is gone. */
export function leaseKey(prefix: string, studyId: string): string {
  return `${prefix}:lease:${studyId}`;
}

/** Exists where a trial is to be stopped. */
export function cancelKey(prefix: string, jobId: string): string {
  return `${prefix}:cancel:${jobId}`;
}

/** A list with the answers to one worker's reports. */
export function verdictKey(prefix: string, jobId: string, runId: string): string {
  return `${prefix}:verdict:${jobId}:${runId}`;
}

const VERDICTS = ["go", "prune", "stop"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** `runId` tells the tries of one job apart: after a worker was lost, only the newest counts. */
export type WorkerMessage =
  | { readonly type: "begin"; readonly runId: string; readonly worker: string }
  | {
      readonly type: "report";
      readonly runId: string;
      /** Counts the reports of a run, so that a verdict that comes twice is told from the next one. */
      readonly report: number;
      readonly step: number;
      readonly value: number;
    };

export function verdictText(report: number, verdict: Verdict): string {
  return `${report}:${verdict}`;
}

/** The verdict on this report; undefined where the text belongs to an earlier one. */
export function parseVerdict(text: string, report: number): Verdict | undefined {
  const [number, verdict] = text.split(":");
  return Number(number) === report ? VERDICTS.find((known) => known === verdict) : undefined;
}

export function messageText(message: WorkerMessage): string {
  return pythonJson(message);
}

/** Undefined where the text is no message of ours. */
export function parseMessage(text: unknown): WorkerMessage | undefined {
  if (typeof text !== "string") return undefined;
  const message = parsePythonJson(text) as WorkerMessage;
  return message.type === "begin" || message.type === "report" ? message : undefined;
}

/** An outcome as text: numbers may be infinite, returns are base64 of little-endian float64. */
export function outcomeText(outcome: TrialOutcome): string {
  const { returns } = outcome;
  if (returns === undefined) return pythonJson(outcome);
  const bytes = Buffer.from(returns.buffer, returns.byteOffset, returns.byteLength);
  return pythonJson({ ...outcome, returns: bytes.toString("base64") });
}

export function parseOutcome(text: string): TrialOutcome {
  const parsed = parsePythonJson(text) as TrialOutcome & { returns?: unknown; notes?: Attributes };
  if (typeof parsed.returns !== "string") return parsed;
  const bytes = Uint8Array.from(Buffer.from(parsed.returns, "base64"));
  return { ...parsed, returns: new Float64Array(bytes.buffer) };
}
