/** @file Our own limit on requests: a bucket of tokens that refills steadily. Callers wait in the order of their arrival. */
import type { Clock } from "../core/index.ts";

export type TokenBucketOptions = {
  readonly clock: Clock;
  /** Requests that may leave at once. */
  readonly burst: number;
  readonly perSecond: number;
};

export class TokenBucket {
  #tokens: number;
  #readMs: number;
  #queue: Promise<void> = Promise.resolve();
  readonly #options: TokenBucketOptions;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#readMs = options.clock.elapsedMs();
  }

  /** Resolves when a request may leave. */
  take(signal?: AbortSignal): Promise<void> {
    const turn = this.#queue.then(() => this.#wait(signal));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const { clock, burst, perSecond } = this.#options;
    signal?.throwIfAborted();
    for (;;) {
      const nowMs = clock.elapsedMs();
      this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#readMs) / 1000) * perSecond);
      this.#readMs = nowMs;
      // A hair less than one, because a wait for exactly one token may round to a hair less.
      if (this.#tokens >= 1 - 1e-9) {
        this.#tokens -= 1;
        return;
      }
      await clock.sleep(Math.max(1, ((1 - this.#tokens) / perSecond) * 1000), signal);
    }
  }
}
