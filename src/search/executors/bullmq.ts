/**
 * @file Trials on many machines: jobs in a BullMQ queue on Redis, taken by workers anywhere (see worker.ts). The study's
 * process stays the only one that decides and records. A job that a worker dropped (it was killed, its machine went
 * away) goes to another worker when its lock has run out; a result counts once, by the job's id and the journal's rule.
 * Facts: docs.bullmq.io, guides on stalled jobs, job ids and queue events.
 */
import type { Job, Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { type Clock, systemClock } from "../../core/index.ts";
import type { TrialExecutor, TrialHooks, TrialOutcome } from "./executor.ts";
import {
  cancelKey,
  DEFAULT_PREFIX,
  jobIdOf,
  leaseKey,
  parseMessage,
  parseOutcome,
  queueName,
  type TrialJob,
  type Verdict,
  verdictKey,
  verdictText,
  type WorkerMessage,
} from "./queue-protocol.ts";
import { connectRedis } from "./redis.ts";
import { StudyLease } from "./study-lease.ts";

export type BullmqOptions = {
  /** redis:// or rediss:// */
  readonly url: string;
  readonly codeVersion: string;
  readonly dataFingerprint: string;
  /** Prefix of all keys in Redis; "tidemark" where absent. */
  readonly prefix?: string;
  /** Silence after which workers give up the trials of a study whose process died; 30 s where absent. */
  readonly leaseMs?: number;
  /** Time that a stopped trial has to end; 10 s where absent. */
  readonly stopGraceMs?: number;
  readonly clock?: Clock;
};

/** Results stay this long in Redis; nothing reads them later than the study's next look. */
const KEEP_JOBS = { age: 24 * 3_600 } as const;
const VERDICT_TTL_S = 3_600;
const CANCEL_TTL_S = 24 * 3_600;
const UNFINISHED = ["wait", "delayed", "prioritized", "active"] as const;

type Pending = {
  readonly hooks: TrialHooks;
  readonly settle: (outcome: TrialOutcome) => void;
  readonly fail: (thrown: unknown) => void;
  /** True once the job is in the queue. */
  queued: boolean;
  /** The newest try of the job. */
  runId: string | undefined;
  /** Messages are handled one after the other. */
  handled: Promise<void>;
};

class QueueSession {
  readonly #options: Required<BullmqOptions>;
  readonly #studyId: string;
  readonly #redis: Redis;
  readonly #queue: Queue<TrialJob, string>;
  readonly #events: QueueEvents;
  readonly #lease: StudyLease;
  readonly #pending = new Map<string, Pending>();
  readonly #ended = new AbortController();
  #tending: Promise<void> = Promise.resolve();
  #workers = 0;

  constructor(
    options: Required<BullmqOptions>,
    studyId: string,
    redis: Redis,
    queue: Queue<TrialJob, string>,
    events: QueueEvents,
  ) {
    this.#options = options;
    this.#studyId = studyId;
    this.#redis = redis;
    this.#queue = queue;
    this.#events = events;
    this.#lease = new StudyLease(redis, leaseKey(options.prefix, studyId), options.leaseMs, options.clock);
  }

  get workers(): number {
    return this.#workers;
  }

  async begin(): Promise<void> {
    await this.#lease.take();
    this.#events.on("completed", ({ jobId, returnvalue }) => this.#complete(jobId, returnvalue));
    this.#events.on("failed", ({ jobId, failedReason }) => this.#lose(jobId, failedReason));
    this.#events.on("progress", ({ jobId, data }) => this.#receive(jobId, data));
    await this.#events.waitUntilReady();
    await this.#dropLeftovers();
    await this.#countWorkers();
    this.#tending = this.#tend();
  }

  async run(job: TrialJob, hooks: TrialHooks, signal: AbortSignal): Promise<TrialOutcome> {
    const jobId = jobIdOf(job);
    const done = new AbortController();
    const outcome = new Promise<TrialOutcome>((settle, fail) => {
      this.#pending.set(jobId, { hooks, settle, fail, queued: false, runId: undefined, handled: Promise.resolve() });
    });
    const onStop = (): void => {
      void this.#cancel(jobId, done.signal).catch((thrown: unknown) => this.#pending.get(jobId)?.fail(thrown));
    };
    try {
      await this.#queue.add("trial", job, { jobId, removeOnComplete: KEEP_JOBS, removeOnFail: KEEP_JOBS });
      const pending = this.#pending.get(jobId);
      if (pending !== undefined) pending.queued = true;
      if (signal.aborted) onStop();
      signal.addEventListener("abort", onStop, { once: true });
      return await outcome;
    } finally {
      done.abort();
      signal.removeEventListener("abort", onStop);
      this.#pending.delete(jobId);
    }
  }

  async end(): Promise<void> {
    this.#ended.abort();
    await this.#tending;
    await this.#lease.release();
    await this.#events.close();
    await this.#queue.close();
    this.#redis.disconnect();
  }

  #complete(jobId: string, text: string): void {
    this.#pending.get(jobId)?.settle(parseOutcome(text));
  }

  #lose(jobId: string, reason: string): void {
    this.#pending.get(jobId)?.settle({ kind: "failed", reason: `the worker gave up: ${reason}`, lost: true });
  }

  #receive(jobId: string, data: unknown): void {
    const message = parseMessage(data);
    if (message === undefined) return;
    const pending = this.#pending.get(jobId);
    if (pending === undefined) {
      // A trial of an earlier process of this study: nobody waits for it any more.
      if (jobId.startsWith(`${this.#studyId}_`)) void this.#answer(jobId, message, "stop").catch(() => undefined);
      return;
    }
    if (message.type === "begin") {
      pending.runId = message.runId;
      pending.hooks.onWorker?.(message.worker);
      return;
    }
    const handle = async (): Promise<void> => {
      if (message.runId !== pending.runId) return this.#answer(jobId, message, "stop");
      const prune = await pending.hooks.onReport(message.step, message.value);
      return this.#answer(jobId, message, prune ? "prune" : "go");
    };
    pending.handled = pending.handled.then(handle).catch(pending.fail);
  }

  async #answer(jobId: string, message: WorkerMessage, verdict: Verdict): Promise<void> {
    if (message.type !== "report") return;
    const key = verdictKey(this.#options.prefix, jobId, message.runId);
    const text = verdictText(message.report, verdict);
    await this.#redis.multi().rpush(key, text).expire(key, VERDICT_TTL_S).exec();
  }

  /** Takes a job out of the queue, or asks its worker to stop and waits for that a while. */
  async #cancel(jobId: string, done: AbortSignal): Promise<void> {
    const { prefix, clock, stopGraceMs } = this.#options;
    await this.#redis.set(cancelKey(prefix, jobId), "1", "EX", CANCEL_TTL_S);
    const job = await this.#queue.getJob(jobId);
    if (job !== undefined && (await job.isActive())) await clock.sleep(stopGraceMs, done).catch(() => undefined);
    else if (job !== undefined) await job.remove().catch(() => undefined);
    this.#pending.get(jobId)?.settle({ kind: "stopped" });
  }

  /** Jobs of an earlier process of this study: its trials were queued again under new numbers. */
  async #dropLeftovers(): Promise<void> {
    const jobs = await this.#queue.getJobs([...UNFINISHED]);
    for (const job of jobs) {
      if (job.data.studyId !== this.#studyId || job.id === undefined) continue;
      await this.#redis.set(cancelKey(this.#options.prefix, job.id), "1", "EX", CANCEL_TTL_S);
      // A job that a worker holds can't be removed; the key above tells the worker.
      await job.remove().catch(() => undefined);
    }
  }

  /** Keeps the lease, counts workers, and looks after jobs whose events were missed. */
  async #tend(): Promise<void> {
    const { clock, leaseMs } = this.#options;
    while (!this.#ended.signal.aborted) {
      await clock.sleep(leaseMs / 3, this.#ended.signal).catch(() => undefined);
      if (this.#ended.signal.aborted) return;
      try {
        await this.#lease.renew();
        await this.#countWorkers();
        for (const [jobId, pending] of this.#pending) if (pending.queued) await this.#look(jobId);
      } catch (thrown) {
        for (const pending of this.#pending.values()) pending.fail(thrown);
      }
    }
  }

  async #look(jobId: string): Promise<void> {
    const job: Job<TrialJob, string> | undefined = await this.#queue.getJob(jobId);
    if (job === undefined) this.#lose(jobId, "the job is not in Redis any more");
    else if (await job.isCompleted()) this.#complete(jobId, job.returnvalue);
    else if (await job.isFailed()) this.#lose(jobId, job.failedReason);
  }

  async #countWorkers(): Promise<void> {
    this.#workers = await this.#queue.getWorkersCount();
  }
}

/** Trials as jobs on Redis. Workers are started elsewhere, with `runWorker`. */
export function bullmqExecutor(given: BullmqOptions): TrialExecutor {
  const options: Required<BullmqOptions> = {
    prefix: DEFAULT_PREFIX,
    leaseMs: 30_000,
    stopGraceMs: 10_000,
    clock: systemClock,
    ...given,
  };
  let session: QueueSession | undefined;
  return {
    name: "bullmq",
    async start(_objective, studyId) {
      const redis = await connectRedis(options.url);
      try {
        const { Queue, QueueEvents } = await import("bullmq");
        const name = queueName(options.codeVersion, options.dataFingerprint);
        const queue = new Queue<TrialJob, string>(name, { connection: redis, prefix: options.prefix });
        // From a known event on: a reader that begins with "the newest" misses what comes between its first looks.
        const [newest] = await redis.xrevrange(queue.keys.events, "+", "-", "COUNT", 1);
        const lastEventId = newest?.[0] ?? "0-0";
        const events = new QueueEvents(name, { connection: redis, prefix: options.prefix, lastEventId });
        session = new QueueSession(options, studyId, redis, queue, events);
        await session.begin();
      } catch (thrown) {
        await session?.end().catch(() => undefined);
        session = undefined;
        redis.disconnect();
        throw thrown;
      }
    },
    async run(task, hooks, signal) {
      if (session === undefined) return { kind: "failed", reason: "the executor was not started", lost: false };
      const { codeVersion, dataFingerprint } = options;
      return session.run({ ...task, codeVersion, dataFingerprint }, hooks, signal);
    },
    figures: () => ({ workers: String(session?.workers ?? 0) }),
    async close() {
      await session?.end();
      session = undefined;
    },
  };
}
