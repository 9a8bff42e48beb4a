/**
 * @file Long work as child processes: recorded on disk, told by themselves, independent of whoever started them. A folder a job
 * under `state/jobs/`: what was asked (job.json), progress and exit (written by the child), its output and its log.
 */
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  type Clock,
  EXIT_FILE,
  ensureFolder,
  JOB_VARIABLE,
  PROGRESS_FILE,
  type ProgressLine,
  readTextIfPresent,
  systemCode,
  TidemarkError,
  writeFileAtomic,
} from "../../core/index.ts";
import type { Config } from "../config/load.ts";
import { stateFolder } from "../trade/settings.ts";
import { shownLine, type WorkKind, type WorkOrder, workLine } from "./lines.ts";
import { askToEnd, processStart } from "./process.ts";

const JOB_FILE = "job.json";
const LOG_FILE = "log.txt";
const RESULT_FILE = "result.json";
/** Exit code of a command that was stopped. */
const INTERRUPTED = 130;
const LARGEST_RESULT = 8 * 1024 * 1024;
const LOG_PART = 256 * 1024;
const TAIL = 64 * 1024;
/** Rates are taken over so long. */
const RATE_MS = 60_000;

const fileSchema = z.object({
  kind: z.string(),
  line: z.array(z.string()),
  by: z.string(),
  startedMs: z.number(),
  pid: z.number(),
  /** With the id it names one process among all that ever had this id. */
  start: z.string(),
  stopAskedMs: z.number().optional(),
});
type JobFile = z.infer<typeof fileSchema>;

const exitSchema = z.object({ code: z.number(), atMs: z.number() });

export type JobState = "running" | "stopping" | "done" | "failed" | "stopped" | "lost";

export type WorkProgress = {
  readonly label: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
  readonly figures: Readonly<Record<string, string>>;
  /** Units a second; null where it isn't known. */
  readonly rate: number | null;
  readonly etaMs: number | null;
  readonly atMs: number;
};

export type Work = {
  readonly id: string;
  readonly kind: WorkKind;
  readonly line: string;
  readonly state: JobState;
  readonly by: string;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly progress: WorkProgress | null;
  readonly error: { readonly code: string; readonly what: string; readonly fix?: string } | null;
};

export type JobsOptions = {
  readonly config: Config;
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  /** The script that runs a command line: what this program itself was started with. */
  readonly launcher: string;
};

export class Jobs {
  readonly #options: JobsOptions;
  readonly folder: string;
  /** What has ended does not change any more. */
  readonly #ended = new Map<string, Work>();

  constructor(options: JobsOptions) {
    this.#options = options;
    this.folder = join(stateFolder(options.config), "jobs");
  }

  /** Newest first. */
  list(): Work[] {
    return this.#ids()
      .flatMap((id) => this.#work(id) ?? [])
      .sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? 1 : -1));
  }

  /** Throws JOB_MISSING. */
  get(id: string): Work {
    const work = /^[\w-]+$/.test(id) ? this.#work(id) : undefined;
    if (work !== undefined) return work;
    throw new TidemarkError("JOB_MISSING", { what: `There is no job "${id}"`, fix: "See the list of jobs." });
  }

  /**
   * Starts a command line of this program in a process of its own.
   * @param more arguments that no page may give
   */
  start(order: WorkOrder, by: string, more: readonly string[] = []): Work {
    const { config, clock, environment, launcher } = this.#options;
    const line = [...workLine(order, config), ...more];
    const startedMs = clock.nowMs();
    const id = this.#make(order.kind, startedMs);
    const folder = join(this.folder, id);
    const out = openSync(join(folder, RESULT_FILE), "w", 0o600);
    const log = openSync(join(folder, LOG_FILE), "a", 0o600);
    const whole = [...line, "--json", ...(config.file === undefined ? [] : ["--config", config.file])];
    const child = spawn(process.execPath, [launcher, ...whole], {
      cwd: config.folder,
      env: { ...environment, [JOB_VARIABLE]: folder },
      // A group of its own: Ctrl-C at the server's terminal is no word to it.
      detached: true,
      stdio: ["ignore", out, log],
    });
    child.on("error", () => undefined);
    child.unref();
    closeSync(out);
    closeSync(log);
    const pid = child.pid ?? 0;
    const file: JobFile = { kind: order.kind, line, by, startedMs, pid, start: processStart(pid) ?? "" };
    this.#write(id, file);
    return this.get(id);
  }

  /** Asks for a clean stop, once: a second word would end it at once. Throws JOB_MISSING. */
  stop(id: string): Work {
    const work = this.get(id);
    const file = this.#file(id);
    if (file === undefined || work.state !== "running") return work;
    this.#write(id, { ...file, stopAskedMs: this.#options.clock.nowMs() });
    askToEnd(file.pid, file.start);
    return this.get(id);
  }

  /** What the verb printed as its result; null until it ended, and where it is no JSON. */
  result(id: string): unknown {
    this.get(id);
    return this.#resultOf(id) ?? null;
  }

  /** Text of the log from a byte on, and where it goes on. */
  log(id: string, after: number): { readonly text: string; readonly next: number } {
    this.get(id);
    const path = join(this.folder, id, LOG_FILE);
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const from = Math.min(Math.max(0, Math.floor(after)), size);
    const bytes = bytesAt(path, from, Math.min(LOG_PART, size - from));
    // Only whole lines, so that no letter is cut; what never ends is given when its job has ended.
    const end = bytes.lastIndexOf(10) + 1;
    const whole = end > 0 ? bytes.subarray(0, end) : bytes;
    return { text: whole.toString("utf8"), next: from + whole.length };
  }

  #ids(): string[] {
    try {
      return readdirSync(this.folder);
    } catch (thrown) {
      if (systemCode(thrown) === "ENOENT") return [];
      throw thrown;
    }
  }

  #make(kind: string, startedMs: number): string {
    ensureFolder(this.folder);
    const stamp = new Date(startedMs)
      .toISOString()
      .replaceAll(/[-:]|\..*/g, "")
      .replace("T", "-");
    for (let number = 1; ; number++) {
      const id = `${kind}-${stamp}${number === 1 ? "" : `-${number}`}`;
      if (existsSync(join(this.folder, id))) continue;
      ensureFolder(join(this.folder, id));
      return id;
    }
  }

  #write(id: string, file: JobFile): void {
    writeFileAtomic(join(this.folder, id, JOB_FILE), `${JSON.stringify(file, null, 2)}\n`);
  }

  #file(id: string): JobFile | undefined {
    const parsed = fileSchema.safeParse(jsonOf(readTextIfPresent(join(this.folder, id, JOB_FILE)) ?? ""));
    return parsed.success ? parsed.data : undefined;
  }

  #work(id: string): Work | undefined {
    const known = this.#ended.get(id);
    if (known !== undefined) return known;
    const file = this.#file(id);
    if (file === undefined) return undefined;
    const alive = file.start !== "" && processStart(file.pid) === file.start;
    // Asked after the process: a note that was written before its end is never missed.
    const exit = exitSchema.safeParse(jsonOf(readTextIfPresent(join(this.folder, id, EXIT_FILE)) ?? "")).data;
    const state = stateOf(file, alive, exit?.code);
    const work: Work = {
      id,
      kind: file.kind as WorkKind,
      line: shownLine(file.line),
      state,
      by: file.by,
      startedMs: file.startedMs,
      endedMs: state === "running" || state === "stopping" ? null : (exit?.atMs ?? this.#lastSign(id, file)),
      progress: this.#progress(id, alive),
      error: state === "failed" || state === "lost" ? this.#error(id, state) : null,
    };
    if (!alive) this.#ended.set(id, work);
    return work;
  }

  /** When a job that said no word was last seen to write. */
  #lastSign(id: string, file: JobFile): number {
    const times = [PROGRESS_FILE, LOG_FILE].map(
      (name) => statSync(join(this.folder, id, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    );
    return Math.max(file.startedMs, ...times);
  }

  #progress(id: string, isAlive: boolean): WorkProgress | null {
    const path = join(this.folder, id, PROGRESS_FILE);
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const text = bytesAt(path, Math.max(0, size - TAIL), Math.min(TAIL, size)).toString("utf8");
    const told = text.split("\n").flatMap((line) => (jsonOf(line) as ProgressLine | undefined) ?? []);
    const last = told.at(-1);
    if (last === undefined) return null;
    const first = told.find(
      (one) => one.label === last.label && one.unit === last.unit && one.atMs >= last.atMs - RATE_MS,
    );
    const seconds = first === undefined ? 0 : (last.atMs - first.atMs) / 1_000;
    const gone = first === undefined ? 0 : last.done - first.done;
    const rate = isAlive && seconds > 0 && gone > 0 ? gone / seconds : null;
    const total = last.total ?? null;
    const etaMs = rate === null || total === null ? null : Math.max(0, ((total - last.done) / rate) * 1_000);
    const { label, done, unit, figures = {}, atMs } = last;
    return { label, done, total, unit, figures, rate, etaMs, atMs };
  }

  #error(id: string, state: JobState): Work["error"] {
    const told = errorSchema.safeParse(this.#resultOf(id));
    if (told.success) {
      const { code, what, fix } = told.data.error;
      return { code, what, ...(fix === undefined ? {} : { fix }) };
    }
    return state === "lost"
      ? { code: "UNEXPECTED", what: "Its process is gone without a word", fix: "See its log; start it again." }
      : { code: "CHECK_FAILED", what: "It ended with a failure", fix: "Its log and its result tell why." };
  }

  #resultOf(id: string): unknown {
    const path = join(this.folder, id, RESULT_FILE);
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > LARGEST_RESULT) return undefined;
    const lines = (readTextIfPresent(path) ?? "").trimEnd().split("\n");
    return jsonOf(lines[lines.length - 1]);
  }
}

const errorSchema = z.object({ error: z.object({ code: z.string(), what: z.string(), fix: z.string().optional() }) });

function stateOf(file: JobFile, isAlive: boolean, code: number | undefined): JobState {
  if (isAlive) return file.stopAskedMs === undefined ? "running" : "stopping";
  if (code === undefined) return file.stopAskedMs === undefined ? "lost" : "stopped";
  if (code === 0) return "done";
  return code === INTERRUPTED ? "stopped" : "failed";
}

function jsonOf(text: string): unknown {
  try {
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function bytesAt(path: string, from: number, length: number): Buffer {
  if (length <= 0) return Buffer.alloc(0);
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, from));
  } finally {
    closeSync(file);
  }
}
