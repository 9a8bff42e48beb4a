/** @file The venue's limits on requests, in wall time: by account and group a second, by address in five seconds. */

export type LimitState = {
  readonly limit: number;
  readonly left: number;
  readonly resetMs: number;
  readonly exceeded: boolean;
};

const IP_WINDOW_MS = 5_000;

export class RateLimits {
  readonly #windows = new Map<string, { startMs: number; used: number }>();
  readonly #ipLimit: number;
  readonly #banMs: number;
  #address = { startMs: 0, used: 0 };
  #bannedUntilMs = Number.NEGATIVE_INFINITY;

  /** `banMs` is how long an address is shut out after too many requests. */
  constructor(options: { readonly ipLimit?: number; readonly banMs?: number } = {}) {
    this.#ipLimit = options.ipLimit ?? 600;
    this.#banMs = options.banMs ?? 600_000;
  }

  /** True where the address is banned, or is from now on. */
  isBanned(nowMs: number): boolean {
    if (nowMs < this.#bannedUntilMs) return true;
    if (nowMs - this.#address.startMs >= IP_WINDOW_MS) this.#address = { startMs: nowMs, used: 0 };
    this.#address.used++;
    if (this.#address.used <= this.#ipLimit) return false;
    this.ban(nowMs, this.#banMs);
    return true;
  }

  ban(nowMs: number, ms: number): void {
    this.#bannedUntilMs = nowMs + ms;
  }

  take(key: string, perSecond: number, nowMs: number): LimitState {
    let window = this.#windows.get(key);
    if (window === undefined || nowMs - window.startMs >= 1000) {
      window = { startMs: nowMs, used: 0 };
      this.#windows.set(key, window);
    }
    const exceeded = window.used >= perSecond;
    if (!exceeded) window.used++;
    const resetMs = Math.ceil(window.startMs + 1000);
    return { limit: perSecond, left: perSecond - window.used, resetMs, exceeded };
  }
}
