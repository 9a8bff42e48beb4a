/**
 * @file A run on an MLflow server. Telling costs a place in a bounded queue and nothing else: one sender works in the
 * background, and a server that is slow, away or broken never stops or slows the training. It says so once; what could not
 * be delivered is counted and told at the end.
 *
 * A failed request is repeated after a wait that doubles up to a bound, for as long as the run lasts; after the end of the
 * run for `finishTimeoutMs` at most. A request that the server refuses for what it says (a bad name, wrong credentials) is
 * not repeated. Repeating is safe: parameters and tags are set, equal metrics are stored once.
 */
import { type Clock, invariant, toError } from "../../core/index.ts";
import { flattenConfig } from "../flat-config.ts";
import { spreadOf, spreadQuantile } from "../histogram.ts";
import { type ConfigRecord, RunStatus, type Tracker } from "../tracker.ts";
import { MlflowClient, MlflowFailure } from "./client.ts";
import { allowedKey, BATCH_LIMITS, chunkEnd, cutText, PARAM_VALUE_BYTES, TAG_VALUE_BYTES } from "./limits.ts";
import { type Metric, Outbox } from "./outbox.ts";
import { RunOpener } from "./run.ts";
import type { MlflowSettings } from "./settings.ts";

export type MlflowOptions = {
  readonly settings: MlflowSettings;
  /** Unique name of the run; one that exists on the server is continued. */
  readonly run: string;
  readonly clock: Clock;
  /** Told at most once while the run lasts, and once at its end where something is missing. */
  readonly warn: (message: string) => void;
  /** Figures that wait at most. Default: 50,000. */
  readonly capacity?: number;
  /** Wait before a sending, to gather figures. Default: 5,000. */
  readonly gatherMs?: number;
  /** Wait after the first failure. Default: 1,000. */
  readonly backoffMs?: number;
  /** Longest wait after a failure. Default: 60,000. */
  readonly maxBackoffMs?: number;
  /** Default: 10,000. */
  readonly requestTimeoutMs?: number;
  /** How long the end of the run waits for what is still to be sent. Default: 15,000. */
  readonly finishTimeoutMs?: number;
};

const STATUS = {
  [RunStatus.finished]: "FINISHED",
  [RunStatus.failed]: "FAILED",
  [RunStatus.stopped]: "KILLED",
} as const;
/** MLflow shows this tag as the run's description, in Markdown. */
const NOTE_TAG = "mlflow.note.content";
/** Failures in a row before somebody is told: a server may restart. */
const QUIET_FAILURES = 3;

export class MlflowTracker implements Tracker {
  readonly #options: Required<MlflowOptions>;
  readonly #client: MlflowClient;
  readonly #opener: RunOpener;
  readonly #outbox: Outbox;
  /** Of one name the last counts: a batch with a name twice is refused. */
  readonly #params = new Map<string, string>();
  readonly #tags = new Map<string, string>();
  readonly #texts = new Map<string, string>();
  #noteChanged = false;
  #runId: string | undefined;
  /** Metrics taken out of the queue whose delivery is not known yet. */
  #sending: Metric[] = [];
  #delivered = 0;
  /** Metrics and settings that the server did not take. */
  #refused = 0;
  #ending: RunStatus | undefined;
  #ended = false;
  #warned = false;
  /** True where the server will take nothing of us: nothing more is kept for it. */
  #dead = false;
  #sender: Promise<void> | undefined;
  /** Ends the waits for more to gather. */
  readonly #hurry = new AbortController();
  /** Ends everything. */
  readonly #stop = new AbortController();

  constructor(options: MlflowOptions) {
    this.#options = {
      capacity: 50_000,
      gatherMs: 5_000,
      backoffMs: 1_000,
      maxBackoffMs: 60_000,
      requestTimeoutMs: 10_000,
      finishTimeoutMs: 15_000,
      ...options,
    };
    this.#client = new MlflowClient(options.settings, options.clock, this.#options.requestTimeoutMs);
    this.#opener = new RunOpener(this.#client, {
      experiment: options.settings.experiment,
      run: options.run,
      startMs: options.clock.nowMs(),
    });
    this.#outbox = new Outbox(this.#options.capacity);
  }

  config(params: ConfigRecord, tags: Readonly<Record<string, string>> = {}): void {
    for (const [name, value] of flattenConfig(params)) {
      this.#params.set(allowedKey(name), cutText(String(value), PARAM_VALUE_BYTES));
    }
    for (const [name, value] of Object.entries(tags)) {
      this.#tags.set(allowedKey(name), cutText(value, TAG_VALUE_BYTES));
    }
    this.#wake();
  }

  /** A server forgets nothing: what is told again of a step stands beside what was told before. */
  continued(): void {
    this.#wake();
  }

  scalar(name: string, value: number, step: number): void {
    this.#add(name, value, step, this.#options.clock.nowMs());
    this.#wake();
  }

  scalars(record: Readonly<Record<string, number>>, step: number): void {
    const nowMs = this.#options.clock.nowMs();
    for (const [name, value] of Object.entries(record)) this.#add(name, value, step, nowMs);
    this.#wake();
  }

  /** MLflow has no histograms: five figures stand for one, the inner three exact to a tenth. */
  histogram(name: string, values: ArrayLike<number>, step: number): void {
    const spread = spreadOf(values);
    const figures: Record<string, number> = {};
    if (spread.count > 0) {
      figures[`${name}/min`] = spread.min;
      for (const percent of [5, 50, 95]) {
        figures[`${name}/p${String(percent).padStart(2, "0")}`] = spreadQuantile(spread, percent / 100);
      }
      figures[`${name}/max`] = spread.max;
    }
    if (spread.notFinite > 0) figures[`${name}/notFinite`] = spread.notFinite;
    this.scalars(figures, step);
  }

  /** The texts together are the run's description. */
  text(name: string, markdown: string): void {
    this.#texts.set(name, markdown);
    this.#noteChanged = true;
    this.#wake();
  }

  /** Waits for what is still to be sent, at most `finishTimeoutMs`. Never throws for what the server does. */
  async finish(status: RunStatus): Promise<void> {
    const { clock, finishTimeoutMs, warn, settings } = this.#options;
    invariant(this.#ending === undefined, "a tracker ends once");
    this.#ending = status;
    this.#hurry.abort();
    const inTime = new AbortController();
    const deadline = clock.sleep(finishTimeoutMs, inTime.signal).then(
      () => this.#stop.abort(),
      () => undefined,
    );
    while (!this.#isDone && !this.#dead && !this.#stop.signal.aborted) {
      this.#wake();
      await this.#sender;
    }
    inTime.abort();
    await deadline;
    const waiting = this.#outbox.count + this.#sending.length + this.#params.size + this.#tags.size;
    const missing = this.#outbox.dropped + this.#refused + waiting;
    if (missing === 0 && this.#ended) return;
    const total = missing + this.#delivered;
    warn(
      `MLflow at ${settings.url} is missing ${missing} of ${total} figures and settings of this run` +
        `${this.#ended ? "" : " and was not told that it has ended"}; the run's own record has all of them`,
    );
  }

  #add(name: string, value: number, step: number, timestamp: number): void {
    invariant(this.#ending === undefined, "nothing is told to a tracker after its end");
    if (this.#dead) {
      this.#refused++;
      return;
    }
    const told = Number.isFinite(value) ? value : (String(value) as "NaN" | "Infinity" | "-Infinity");
    this.#outbox.add({ key: allowedKey(name), value: told, timestamp, step });
  }

  #wake(): void {
    if (this.#dead || this.#sender !== undefined) return;
    this.#sender = this.#send().finally(() => {
      this.#sender = undefined;
    });
  }

  get #waiting(): boolean {
    return (
      this.#outbox.count > 0 ||
      this.#sending.length > 0 ||
      this.#params.size > 0 ||
      this.#tags.size > 0 ||
      this.#noteChanged
    );
  }

  get #isDone(): boolean {
    return !this.#waiting && (this.#ending === undefined || this.#ended);
  }

  /** Sends until nothing waits, the server refuses us, or it is stopped. Never rejects. */
  async #send(): Promise<void> {
    const { gatherMs, backoffMs, maxBackoffMs, settings } = this.#options;
    let failures = 0;
    while (!this.#isDone && !this.#dead && !this.#stop.signal.aborted) {
      if (failures === 0) await this.#pause(gatherMs, AbortSignal.any([this.#hurry.signal, this.#stop.signal]));
      const served = this.#client.served;
      try {
        await this.#deliver();
        failures = 0;
      } catch (thrown) {
        if (this.#stop.signal.aborted) return;
        if (!(thrown instanceof MlflowFailure) || !thrown.passing) {
          this.#giveUp(toError(thrown));
          return;
        }
        // A server that does some of what it is asked is not away.
        failures = this.#client.served > served ? 1 : failures + 1;
        if (failures === QUIET_FAILURES) {
          this.#warnOnce(
            `MLflow at ${settings.url} can't be reached (${thrown.message}); the training goes on and up to ` +
              `${this.#options.capacity} figures wait for it`,
          );
        }
        const waitMs = Math.max(backoffMs * 2 ** (failures - 1), thrown.retryAfterMs ?? 0);
        await this.#pause(Math.min(maxBackoffMs, waitMs), this.#stop.signal);
      }
    }
  }

  /** Everything that waits, and the end of the run if it has come. Throws MlflowFailure. */
  async #deliver(): Promise<void> {
    const stop = this.#stop.signal;
    this.#runId ??= await this.#opener.open(stop);
    const runId = this.#runId;
    await this.#deliverSettings("params", this.#params, BATCH_LIMITS.params, runId);
    await this.#deliverSettings("tags", this.#tags, BATCH_LIMITS.tags, runId);
    await this.#deliverNote(runId);
    while (this.#outbox.count > 0 || this.#sending.length > 0) {
      if (this.#sending.length === 0) this.#sending = this.#outbox.take(BATCH_LIMITS.metrics);
      // So many names of the longest kind are still far below the bytes of a request.
      await this.#batch({ run_id: runId, metrics: this.#sending }, this.#sending.length);
      this.#sending = [];
    }
    if (this.#ending === undefined) return;
    const update = { run_id: runId, status: STATUS[this.#ending], end_time: this.#options.clock.nowMs() };
    await this.#client.post("runs/update", update, stop);
    this.#ended = true;
  }

  async #deliverSettings(
    name: "params" | "tags",
    settings: Map<string, string>,
    most: number,
    runId: string,
  ): Promise<void> {
    while (settings.size > 0) {
      const items = [...settings].map(([key, value]) => ({ key, value }));
      const batch = items.slice(0, chunkEnd(items, most));
      await this.#batch({ run_id: runId, [name]: batch }, batch.length);
      for (const { key, value } of batch) if (settings.get(key) === value) settings.delete(key);
    }
  }

  async #deliverNote(runId: string): Promise<void> {
    if (!this.#noteChanged) return;
    this.#noteChanged = false;
    const note = [...this.#texts].map(([name, markdown]) => `## ${name}\n\n${markdown}`).join("\n\n");
    try {
      const tag = { run_id: runId, key: NOTE_TAG, value: cutText(note, TAG_VALUE_BYTES) };
      await this.#client.post("runs/set-tag", tag, this.#stop.signal);
    } catch (thrown) {
      this.#noteChanged = true;
      throw thrown;
    }
  }

  /** One batch. Where the server does not take what it says, it is counted as refused and the rest goes on. */
  async #batch(body: Readonly<Record<string, unknown>>, items: number): Promise<void> {
    try {
      await this.#client.post("runs/log-batch", body, this.#stop.signal);
      this.#delivered += items;
    } catch (thrown) {
      const isContent = thrown instanceof MlflowFailure && (thrown.status === 400 || thrown.status === 413);
      if (!isContent) throw thrown;
      this.#refused += items;
      this.#warnOnce(`MLflow at ${this.#options.settings.url} refused some of what it was told (${thrown.message})`);
    }
  }

  #giveUp(failure: Error): void {
    this.#dead = true;
    this.#refused += this.#outbox.take(this.#outbox.count).length + this.#sending.length;
    this.#sending = [];
    const access = failure instanceof MlflowFailure && (failure.status === 401 || failure.status === 403);
    this.#warnOnce(
      `MLflow at ${this.#options.settings.url} refuses this run (${failure.message}); the training goes on without it. ` +
        (access
          ? "Check MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
          : "Check MLFLOW_TRACKING_URI."),
    );
  }

  #warnOnce(message: string): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#options.warn(message);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.#options.clock.sleep(ms, signal).catch((thrown: unknown) => {
      if (!signal.aborted) throw thrown;
    });
  }
}
