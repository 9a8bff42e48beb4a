/** @file The system's time, but that a long wait (the end of an interval, a ban) is over when a test says so. */
import { type Clock, systemClock } from "../../core/index.ts";

/** Waits from here on are long. */
const LONG_MS = 100_000;

export class GatedClock implements Clock {
  /** Every long wait that was begun, in order. */
  readonly gates: Array<{ readonly ms: number; readonly open: () => void }> = [];
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  elapsedMs(): number {
    return systemClock.elapsedMs();
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < LONG_MS) return systemClock.sleep(ms, signal);
    return new Promise((resolve, reject) => {
      this.gates.push({ ms, open: resolve });
      signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }
}
