/**
 * @file What a child tells of its own work: lines of JSON in the folder that TIDEMARK_JOB names. The child writes, the jobs
 * read; where the variable isn't set nothing is written.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import type { Progress } from "./progress.ts";

export const JOB_VARIABLE = "TIDEMARK_JOB";
export const PROGRESS_FILE = "progress.jsonl";
export const EXIT_FILE = "exit.json";
/** A figure a second is enough for a page. */
const EVERY_MS = 500;

export type ProgressLine = Progress & { readonly atMs: number };
export type ExitNote = { readonly code: number; readonly atMs: number };

/** Tells progress and end to whoever started this process; undefined where nobody wants to know. */
export class JobReport {
  readonly #folder: string;
  readonly #clock: Clock;
  #lastMs = Number.NEGATIVE_INFINITY;
  #lastLabel = "";
  #held: Progress | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  static of(environment: NodeJS.ProcessEnv, clock: Clock): JobReport | undefined {
    const folder = environment[JOB_VARIABLE];
    // What this process starts in its turn is no such job.
    delete environment[JOB_VARIABLE];
    return folder === undefined || folder === "" ? undefined : new JobReport(folder, clock);
  }

  progress(progress: Progress): void {
    const isDone = progress.total !== undefined && progress.done >= progress.total;
    const elapsed = this.#clock.elapsedMs() - this.#lastMs;
    if (elapsed < EVERY_MS && progress.label === this.#lastLabel && !isDone) {
      this.#held = progress;
      return;
    }
    this.#write(progress);
  }

  /** The last progress counts, also where it came soon after another. */
  ended(code: number): void {
    if (this.#held !== undefined) this.#write(this.#held);
    const note: ExitNote = { code, atMs: this.#clock.nowMs() };
    this.#quietly(() => writeFileSync(join(this.#folder, EXIT_FILE), `${JSON.stringify(note)}\n`));
  }

  #write(progress: Progress): void {
    this.#held = undefined;
    this.#lastMs = this.#clock.elapsedMs();
    this.#lastLabel = progress.label;
    const line: ProgressLine = { ...progress, atMs: this.#clock.nowMs() };
    this.#quietly(() => appendFileSync(join(this.#folder, PROGRESS_FILE), `${JSON.stringify(line)}\n`));
  }

  /** Work goes on when nobody can be told of it. */
  #quietly(write: () => void): void {
    try {
      write();
    } catch {
      // The folder is gone or the disk is full: what counts is the work's own result.
    }
  }
}
