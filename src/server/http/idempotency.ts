/** @file A request that is sent twice acts once: its key names it, and its first answer is the answer. */
import { type Clock, MINUTE_MS, TidemarkError } from "../../core/index.ts";
import type { Reply } from "./handlers.ts";

const KEPT_MS = 10 * MINUTE_MS;
const MOST = 2_000;

export class Idempotency {
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly body: string; readonly reply: Promise<Reply>; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws USAGE_ARGUMENT where the key was used for another request. What has failed may be tried again. */
  run(key: string, body: string, act: () => Reply | Promise<Reply>): Promise<Reply> {
    const nowMs = this.#clock.nowMs();
    for (const [old, { atMs }] of this.#known) {
      if (nowMs - atMs < KEPT_MS && this.#known.size < MOST) break;
      this.#known.delete(old);
    }
    const known = this.#known.get(key);
    if (known !== undefined && known.body !== body) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: "This key was used for another request",
        where: "idempotency-key",
        fix: "Give each request a key of its own.",
      });
    }
    if (known !== undefined) return known.reply;
    const reply = Promise.resolve().then(act);
    this.#known.set(key, { body, reply, atMs: nowMs });
    reply.catch(() => this.#known.delete(key));
    return reply;
  }
}
