/** @file The only door to time. Everything else asks a Clock, so that a replay sees the times of the recording. */

export type Clock = {
  /** Milliseconds since the Unix epoch, UTC. */
  nowMs(): number;
  /** A monotonic reading in milliseconds for durations and rates. Never compare it with `nowMs`. */
  elapsedMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/** A clock that moves only when told to, or when somebody sleeps on it. */
export class SimulatedClock implements Clock {
  #nowMs: number;
  readonly #startMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
    this.#startMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  elapsedMs(): number {
    return this.#nowMs - this.#startMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.advance(ms);
  }
}

/** A clock that runs `speed` times as fast as another, from a time of its own: an hour of market time in a minute. */
export class PacedClock implements Clock {
  readonly speed: number;
  readonly #base: Clock;
  readonly #startMs: number;
  readonly #begunMs: number;

  constructor(startMs: number, speed: number, base: Clock = systemClock) {
    this.speed = speed;
    this.#base = base;
    this.#startMs = startMs;
    this.#begunMs = base.elapsedMs();
  }

  /** Whole milliseconds, as the system's clock tells them. */
  nowMs(): number {
    return Math.floor(this.#startMs + this.elapsedMs());
  }

  elapsedMs(): number {
    return (this.#base.elapsedMs() - this.#begunMs) * this.speed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#base.sleep(ms / this.speed, signal);
  }
}
