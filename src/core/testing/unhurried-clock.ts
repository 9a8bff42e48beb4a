/** @file A clock for tests in which a server and its client share one process: what keeps the machine busy takes no time on it. */
import { type Clock, systemClock } from "../clock.ts";

/**
 * It runs like the machine's while nobody works, and moves by at most so much between two turns of the event loop. On a busy
 * machine everything on it takes longer for us, and nothing takes longer for those who look at it: deadlines, latencies and
 * markets that are played at speed come out alike. It stands still while nobody sleeps on it.
 */
export class UnhurriedClock implements Clock {
  readonly #mostMs: number;
  readonly #machine: Clock;
  readonly #startMs: number;
  readonly #sleepers = new Set<{ readonly dueMs: number; readonly wake: () => void }>();
  #elapsedMs = 0;
  #runs = false;

  /** @param mostMs that one turn of the event loop takes on it */
  constructor(mostMs = 10, machine: Clock = systemClock) {
    this.#mostMs = mostMs;
    this.#machine = machine;
    this.#startMs = machine.nowMs();
  }

  nowMs(): number {
    return Math.floor(this.#startMs + this.#elapsedMs);
  }

  elapsedMs(): number {
    return this.#elapsedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const sleeper = { dueMs: this.#elapsedMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
      if (!this.#runs) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#runs = true;
    let lastMs = this.#machine.elapsedMs();
    while (this.#sleepers.size > 0) {
      await this.#machine.sleep(1);
      const nowMs = this.#machine.elapsedMs();
      this.#elapsedMs += Math.min(this.#mostMs, nowMs - lastMs);
      lastMs = nowMs;
      const due = [...this.#sleepers].filter(({ dueMs }) => dueMs <= this.#elapsedMs);
      for (const sleeper of due.sort((a, b) => a.dueMs - b.dueMs)) {
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
    }
    this.#runs = false;
  }
}
