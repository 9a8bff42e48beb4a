/** @file A study's sign of life in Redis: one process leads a study there, and workers see when it is gone. */
import type { Redis } from "ioredis";
import { type Clock, freshId, TidemarkError } from "../../core/index.ts";

const POLL_SHARE = 0.1;

export class StudyLease {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #leaseMs: number;
  readonly #clock: Clock;
  readonly #holder = freshId();

  constructor(redis: Redis, key: string, leaseMs: number, clock: Clock) {
    this.#redis = redis;
    this.#key = key;
    this.#leaseMs = leaseMs;
    this.#clock = clock;
  }

  /** Waits out the lease of a process that died. Throws STUDY_LOCKED where it is renewed meanwhile. */
  async take(): Promise<void> {
    const begunMs = this.#clock.elapsedMs();
    while ((await this.#redis.set(this.#key, this.#holder, "PX", this.#leaseMs, "NX")) !== "OK") {
      if (this.#clock.elapsedMs() - begunMs > 1.5 * this.#leaseMs) {
        throw this.#taken();
      }
      await this.#clock.sleep(Math.max(10, this.#leaseMs * POLL_SHARE));
    }
  }

  /** Throws STUDY_LOCKED where another process has taken the study meanwhile. */
  async renew(): Promise<void> {
    const holder = await this.#redis.get(this.#key);
    if (holder !== null && holder !== this.#holder) throw this.#taken();
    await this.#redis.set(this.#key, this.#holder, "PX", this.#leaseMs);
  }

  async release(): Promise<void> {
    if ((await this.#redis.get(this.#key)) === this.#holder) await this.#redis.del(this.#key);
  }

  #taken(): TidemarkError {
    return new TidemarkError("STUDY_LOCKED", {
      what: "Another process already runs this study's trials through this Redis",
      where: this.#key,
      fix: "Let it go on, or end it first; start more workers instead of a second study process.",
    });
  }
}
