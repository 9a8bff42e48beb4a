/** @file How often streams may connect: 90 % of the venue's 500 times in five minutes from one address, all streams together. */
import type { Clock } from "../../../core/index.ts";
import type { RequestLimit } from "./rate-budget.ts";

const MOST = 450;
const SPAN_MS = 300_000;

export class ConnectBudget {
  readonly #clock: Clock;
  readonly #most: number;
  #times: number[] = [];

  constructor(clock: Clock, most = MOST) {
    this.#clock = clock;
    this.#most = most;
  }

  limit(): RequestLimit {
    const nowMs = this.#clock.elapsedMs();
    const taken = this.#times.filter((ms) => nowMs - ms < SPAN_MS).length;
    return { name: "connections", left: Math.max(0, this.#most - taken), most: this.#most, spanMs: SPAN_MS };
  }

  /** Resolves when a connection may be opened. */
  async take(signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const nowMs = this.#clock.elapsedMs();
      this.#times = this.#times.filter((ms) => nowMs - ms < SPAN_MS);
      if (this.#times.length < this.#most) {
        this.#times.push(nowMs);
        return;
      }
      await this.#clock.sleep(this.#times[0] + SPAN_MS - nowMs + 1, signal);
    }
  }
}
