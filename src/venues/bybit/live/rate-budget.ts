/**
 * @file How many requests may leave: 90 % of each limit of the venue, counted over every window of its length, one count
 * an endpoint and one for the address. The address keeps a part that reading can't use, and a smaller one that only cancels
 * can. Reply headers correct the counts.
 */
import type { Clock } from "../../../core/index.ts";

/** Cancels and closes come first, then other orders, then questions. */
export type Lane = "cancel" | "trade" | "read";

/** Limits that the venue states, per second. Source: https://bybit-exchange.github.io/docs/v5/rate-limit */
export const GROUP_LIMITS = {
  public: 100,
  create: 10,
  amend: 10,
  cancel: 10,
  "cancel-all": 10,
  leverage: 10,
  "trading-stop": 10,
  orders: 50,
  history: 50,
  executions: 50,
  positions: 50,
  wallet: 50,
  account: 50,
  key: 10,
} as const;
export type RateGroup = keyof typeof GROUP_LIMITS;

/** How many requests of a kind may leave now, of how many in any span of that length. */
export type RequestLimit = {
  readonly name: string;
  readonly left: number;
  readonly most: number;
  readonly spanMs: number;
};

/** What a reply's headers say of its endpoint. */
export type LimitNotice = { readonly limit: number; readonly left: number; readonly resetMs: number };

const SHARE = 0.9;
/** 600 requests in five seconds from one address. */
const ADDRESS_MOST = Math.floor(600 * SHARE);
const ADDRESS_SPAN_MS = 5_000;
/** Requests that a lane leaves to those before it. */
const RESERVED: Readonly<Record<Lane, number>> = {
  cancel: 0,
  trade: Math.floor(0.1 * ADDRESS_MOST),
  read: Math.floor(0.3 * ADDRESS_MOST),
};
/** No header makes us wait longer. */
const MAX_BLOCK_MS = 5_000;

export class RateBudget {
  readonly #clock: Clock;
  readonly #groups = new Map<RateGroup, Window>();
  readonly #address = new Window(ADDRESS_MOST, ADDRESS_SPAN_MS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when a request may leave. Rejects with the signal's reason. */
  async take(group: RateGroup, lane: Lane, signal?: AbortSignal): Promise<void> {
    const own = this.#group(group);
    for (;;) {
      signal?.throwIfAborted();
      const nowMs = this.#clock.elapsedMs();
      const waitMs = Math.max(own.waitMs(nowMs, 0), this.#address.waitMs(nowMs, RESERVED[lane]));
      if (waitMs <= 0) {
        own.add(nowMs);
        this.#address.add(nowMs);
        return;
      }
      await this.#clock.sleep(Math.max(1, waitMs), signal);
    }
  }

  /** Takes the venue's word where it leaves less than is counted here, as where another session uses the same account. */
  learn(group: RateGroup, notice: LimitNotice): void {
    const own = this.#group(group);
    const nowMs = this.#clock.elapsedMs();
    const allowed = Math.max(0, notice.left - (notice.limit - Math.floor(notice.limit * SHARE)));
    while (own.left(nowMs) > allowed) own.add(nowMs);
    if (notice.left <= 0) this.block(group, notice.resetMs);
  }

  /** Nothing of the group leaves before that time (ms since the epoch, by this machine's clock). */
  block(group: RateGroup, untilMs: number): void {
    const aheadMs = Math.min(MAX_BLOCK_MS, Math.max(0, untilMs - this.#clock.nowMs()));
    this.#group(group).blockedUntilMs = this.#clock.elapsedMs() + aheadMs;
  }

  /** Requests that a lane could send now. */
  left(group: RateGroup, lane: Lane): number {
    const nowMs = this.#clock.elapsedMs();
    return Math.max(0, Math.min(this.#group(group).left(nowMs), this.#address.left(nowMs) - RESERVED[lane]));
  }

  /** Of the address, and of every kind that was asked for so far. */
  limits(): RequestLimit[] {
    const nowMs = this.#clock.elapsedMs();
    return [["address", this.#address] as const, ...this.#groups].map(([name, window]) => ({
      name,
      left: Math.max(0, window.left(nowMs)),
      most: window.most,
      spanMs: window.spanMs,
    }));
  }

  #group(group: RateGroup): Window {
    let found = this.#groups.get(group);
    if (found === undefined) {
      found = new Window(Math.floor(GROUP_LIMITS[group] * SHARE), 1_000);
      this.#groups.set(group, found);
    }
    return found;
  }
}

/** Requests of the last span, by the times at which they left. */
class Window {
  blockedUntilMs = Number.NEGATIVE_INFINITY;
  readonly most: number;
  readonly spanMs: number;
  readonly #times: number[] = [];

  constructor(most: number, spanMs: number) {
    this.most = most;
    this.spanMs = spanMs;
  }

  add(nowMs: number): void {
    this.#times.push(nowMs);
  }

  left(nowMs: number): number {
    while (this.#times.length > 0 && this.#times[0] <= nowMs - this.spanMs) this.#times.shift();
    return this.most - this.#times.length;
  }

  /** Until one request more fits and `reserve` stay free. */
  waitMs(nowMs: number, reserve: number): number {
    const missing = 1 + reserve - this.left(nowMs);
    const freeAtMs = missing <= 0 ? nowMs : this.#times[missing - 1] + this.spanMs;
    return Math.max(freeAtMs, this.blockedUntilMs) - nowMs;
  }
}
