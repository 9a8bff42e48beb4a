/**
 * @file A worker on this or another machine: takes trials from the queue on Redis and runs each in a child process, so that
 * the main thread stays free to renew the job's lock however long the trial computes. The study's journal is not needed
 * here: reports go to the study's process through Redis, and its verdicts come back the same way.
 */
import { hostname } from "node:os";
import type { Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { type Clock, checkWhole, freshId, type ProgressListener, systemClock, toError } from "../../core/index.ts";
import type { TrialExecutor, TrialOutcome } from "./executor.ts";
import type { ObjectiveModule } from "./objective.ts";
import { processExecutor } from "./processes.ts";
import {
  cancelKey,
  DEFAULT_PREFIX,
  leaseKey,
  messageText,
  outcomeText,
  parseVerdict,
  queueName,
  type TrialJob,
  verdictKey,
} from "./queue-protocol.ts";
import { connectRedis } from "./redis.ts";

export type WorkerOptions = {
  /** redis:// or rediss:// */
  readonly url: string;
  readonly objective: ObjectiveModule;
  /** Only trials of exactly this code and these data are taken. */
  readonly codeVersion: string;
  readonly dataFingerprint: string;
  /** Trials at the same time; 1 where absent. */
  readonly parallel?: number;
  /** Ends the worker: running trials go back to the queue for other workers. */
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  /** As the study has it. */
  readonly prefix?: string;
  /** A trial whose worker was silent for so long goes to another one; 30 s where absent. */
  readonly lockMs?: number;
  /** Interval at which dropped trials are looked for; 30 s where absent. */
  readonly stalledCheckMs?: number;
  /** How often a trial may be dropped before it is given up; 3 where absent. */
  readonly maxDrops?: number;
  /** Most memory of a trial's JavaScript objects; Node's own limit where absent. */
  readonly memoryMb?: number;
  readonly stopGraceMs?: number;
  readonly clock?: Clock;
};

type Settings = Required<Omit<WorkerOptions, "signal" | "onProgress" | "memoryMb">>;

/** How often a trial's worker looks whether the study still wants it. */
const WATCH_MS = 1_000;
const VERDICT_WAIT_S = 1;
/** Waits without a verdict after which a report is told once more. */
const TELL_AGAIN_AFTER = 20;

/** One trial on this worker. */
class WorkerTrial {
  readonly #settings: Settings;
  readonly #redis: Redis;
  readonly #bell: Redis;
  readonly #job: Job<TrialJob, string>;
  readonly #runId = freshId();
  readonly #stop = new AbortController();
  #reports = 0;

  constructor(settings: Settings, redis: Redis, job: Job<TrialJob, string>) {
    this.#settings = settings;
    this.#redis = redis;
    // Waiting for a verdict blocks a connection, so that each trial needs one of its own.
    this.#bell = redis.duplicate({ lazyConnect: false });
    this.#bell.on("error", () => undefined);
    this.#job = job;
  }

  get #jobId(): string {
    return this.#job.id ?? "";
  }

  /** The study does not want the trial any more, or another worker has it. */
  abandon(reason: string): void {
    this.#stop.abort(new Error(reason));
  }

  async run(executor: TrialExecutor, signal: AbortSignal): Promise<TrialOutcome> {
    const ended = new AbortController();
    await this.#look();
    const watching = this.#watch(ended.signal);
    try {
      if (this.#stop.signal.aborted) return { kind: "stopped" };
      const worker = `${hostname()}:${process.pid}`;
      await this.#job.updateProgress(messageText({ type: "begin", runId: this.#runId, worker }));
      const hooks = { onReport: (step: number, value: number) => this.#report(step, value) };
      return await executor.run(this.#job.data, hooks, AbortSignal.any([signal, this.#stop.signal]));
    } finally {
      ended.abort();
      await watching;
      this.#bell.disconnect();
    }
  }

  async #report(step: number, value: number): Promise<boolean> {
    const report = this.#reports++;
    const text = messageText({ type: "report", runId: this.#runId, report, step, value });
    const key = verdictKey(this.#settings.prefix, this.#jobId, this.#runId);
    for (let waits = 0; !this.#stop.signal.aborted; waits++) {
      // Told again now and then: Redis may have lost it in a restart.
      if (waits % TELL_AGAIN_AFTER === 0) await this.#job.updateProgress(text);
      const answer = await this.#bell.blpop(key, VERDICT_WAIT_S);
      const verdict = answer === null ? undefined : parseVerdict(answer[1], report);
      if (verdict === "stop") this.abandon("the study does not want this trial any more");
      if (verdict !== undefined) return verdict === "prune";
    }
    return false;
  }

  async #watch(ended: AbortSignal): Promise<void> {
    const { clock } = this.#settings;
    while (!ended.aborted) {
      await clock.sleep(WATCH_MS, ended).catch(() => undefined);
      if (!ended.aborted) await this.#look();
    }
  }

  /** Gives the trial up where its study does not want it or is gone. */
  async #look(): Promise<void> {
    const { prefix } = this.#settings;
    const keys = [cancelKey(prefix, this.#jobId), leaseKey(prefix, this.#job.data.studyId)];
    const [cancelled, lease] = await this.#redis.mget(keys);
    if (cancelled !== null) this.abandon("the study stopped this trial");
    else if (lease === null) this.abandon("the study's process is gone");
  }
}

/**
 * Takes trials until the signal fires. Returns how many it finished. Rejects with QUEUE_UNREACHABLE where Redis can't be
 * reached at the start; later it waits for Redis to come back.
 */
export async function runWorker(options: WorkerOptions): Promise<number> {
  const settings: Settings = {
    parallel: 1,
    prefix: DEFAULT_PREFIX,
    lockMs: 30_000,
    stalledCheckMs: 30_000,
    maxDrops: 3,
    stopGraceMs: 5_000,
    clock: systemClock,
    ...options,
  };
  checkWhole("parallel", settings.parallel, 1, 1_000);
  checkWhole("maxDrops", settings.maxDrops, 0, 1_000);
  const signal = options.signal ?? new AbortController().signal;
  const { codeVersion, dataFingerprint, stopGraceMs, clock } = settings;
  const redis = await connectRedis(settings.url);
  const { Worker: BullWorker, UnrecoverableError, WaitingError } = await import("bullmq");
  const memory = options.memoryMb === undefined ? {} : { memoryMb: options.memoryMb };
  const executor = processExecutor({ stopGraceMs, clock, ...memory });
  await executor.start(settings.objective, "");
  const trials = new Map<string, WorkerTrial>();
  let finished = 0;
  let problem: string | undefined;
  const tell = (): void => {
    const figures = { running: String(trials.size), ...(problem === undefined ? {} : { problem }) };
    options.onProgress?.({ label: "worker", done: finished, unit: "trials", figures });
  };

  const process = async (job: Job<TrialJob, string>, token?: string): Promise<string> => {
    if (job.data.codeVersion !== codeVersion || job.data.dataFingerprint !== dataFingerprint) {
      throw new UnrecoverableError("this worker has other code or other data");
    }
    const trial = new WorkerTrial(settings, redis, job);
    const key = job.id ?? "";
    trials.set(key, trial);
    problem = undefined;
    tell();
    try {
      const outcome = await trial.run(executor, signal);
      if (outcome.kind === "stopped" && signal.aborted) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      finished++;
      return outcomeText(outcome);
    } finally {
      trials.delete(key);
      tell();
    }
  };

  const worker: Worker<TrialJob, string> = new BullWorker(queueName(codeVersion, dataFingerprint), process, {
    connection: redis,
    prefix: settings.prefix,
    concurrency: settings.parallel,
    lockDuration: settings.lockMs,
    stalledInterval: settings.stalledCheckMs,
    maxStalledCount: settings.maxDrops,
  });
  // Redis may come and go; the worker waits for it.
  worker.on("error", (error) => {
    problem = toError(error).message;
    tell();
  });
  worker.on("lockRenewalFailed", (jobIds) => {
    for (const jobId of jobIds) trials.get(jobId)?.abandon("another worker has this trial");
  });
  try {
    await worker.waitUntilReady();
    tell();
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  } finally {
    await worker.close();
    await executor.close();
    redis.disconnect();
  }
  return finished;
}
