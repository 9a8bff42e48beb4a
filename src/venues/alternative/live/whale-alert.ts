/**
 * @file Whale Alert: large transfers to and from exchanges, one row an hour and coin, as they are received. An hour in which
 * the stream was not up from end to end has no row, nor one in which so many alerts came that the plan may have held back
 * some: a sum with a hole in it would look like calm. History isn't asked for: whose an address is is found out later.
 * https://developer.whale-alert.io/documentation/
 */
import { type Clock, HOUR_MS, MINUTE_MS, systemClock, toError } from "../../../core/index.ts";
import { rejected } from "../../venue-error.ts";
import { checkedUrl } from "../http.ts";
import { seriesOf, sourceTerms } from "../series.ts";
import type { AlternativeSource, RecordedRow, SourceOptions, StreamHooks } from "../source.ts";
import { readAlert } from "./whale-flows.ts";
import { holdConnection, WHALE_TIMING, WhaleEnd, type WhaleTiming } from "./whale-stream.ts";

const KEY = "WHALE_ALERT_API_KEY";
const PLACE = {
  title: "Whale Alert",
  baseUrl: "https://leviathan.whale-alert.io",
  hostVariable: "TIDEMARK_WHALE_ALERT_URL",
};
/** US dollars; part of what the series means. The source takes 100,000 and more. */
const LEAST_USD = 1_000_000;
/** The smallest plan sends a hundred alerts an hour and holds back the others. */
const MOST_ALERTS = 100;
const AHEAD_MS = 5 * MINUTE_MS;
/** Transactions that are known when they are told again. */
const REMEMBERED = 10_000;

export function whaleAlert(options: SourceOptions): AlternativeSource {
  const address = checkedUrl(options.environment[PLACE.hostVariable], PLACE);
  const key = options.environment[KEY] ?? "";
  const clock = options.clock ?? systemClock;
  return {
    ...sourceTerms("whale-alert"),
    series: seriesOf("whale-alert"),
    limit: "100 alerts an hour on the smallest plan; transfers of 1,000,000 USD and more are asked for",
    keys: [KEY],
    missingKeys: key === "" ? [KEY] : [],
    hostVariable: PLACE.hostVariable,
    spanMs: () => 1_000 * HOUR_MS,
    earliestMs: () => clock.nowMs(),
    fetch: () => Promise.reject(rejected(PLACE.title, address, "it is heard, and answers no question")),
    stream: (hooks, signal) => new WhaleRecorder(address, key, clock, hooks).run(signal),
  };
}

export class WhaleRecorder {
  readonly #url: string;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #hooks: StreamHooks;
  readonly #timing: WhaleTiming;
  readonly #sums: Map<string, { inflow: number; outflow: number }>;
  /** In the order in which they came. */
  readonly #known = new Set<string>();
  /** Since when everything was heard without a break; infinite while the stream is down. */
  #wholeSinceMs = Number.POSITIVE_INFINITY;
  #alerts = 0;
  /** Messages that came, those that could not be understood too. */
  heard = 0;

  constructor(address: string, key: string, clock: Clock, hooks: StreamHooks, timing: Partial<WhaleTiming> = {}) {
    const url = new URL(`${address.replace(/^http/, "ws")}/ws`);
    url.searchParams.set("api_key", key);
    this.#url = url.href;
    this.#key = key;
    this.#clock = clock;
    this.#hooks = hooks;
    this.#timing = { ...WHALE_TIMING, ...timing };
    this.#sums = new Map(hooks.keys.map((coin) => [coin, { inflow: 0, outflow: 0 }]));
  }

  /** Records until the signal fires; connects again by itself. Resolves when it has stopped. */
  async run(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const both = AbortSignal.any([signal, over.signal]);
    const connected = this.#connect(both);
    try {
      let beganMs = this.#clock.nowMs();
      while (!signal.aborted) {
        const endMs = Math.floor(this.#clock.nowMs() / HOUR_MS + 1) * HOUR_MS;
        await this.#clock.sleep(endMs - this.#clock.nowMs(), signal);
        const rows = this.#rows(beganMs, endMs);
        beganMs = endMs;
        await this.#hooks.onRows(rows, endMs);
      }
    } finally {
      over.abort(new WhaleEnd("over"));
      await connected;
    }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { random, onState, keys } = this.#hooks;
    const { firstWaitMs, longestWaitMs } = this.#timing;
    let failures = 0;
    while (!signal.aborted) {
      let retryAfterMs = 0;
      try {
        await holdConnection(
          {
            url: this.#url,
            key: this.#key,
            subscription: {
              type: "subscribe_alerts",
              symbols: keys.map((coin) => coin.toLowerCase()),
              tx_types: ["transfer"],
              min_value_usd: LEAST_USD,
            },
            clock: this.#clock,
            timing: this.#timing,
            onUp: () => {
              failures = 0;
              this.#wholeSinceMs = this.#clock.nowMs();
              onState({ state: "up", reason: "" });
            },
            onMessage: (message) => this.#take(message),
          },
          signal,
        );
      } catch (thrown) {
        this.#wholeSinceMs = Number.POSITIVE_INFINITY;
        if (signal.aborted) return;
        if (thrown instanceof WhaleEnd) retryAfterMs = thrown.retryAfterMs;
        onState({ state: "down", reason: toError(thrown).message });
      }
      const most = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures, 12));
      failures++;
      const waitMs = Math.max(retryAfterMs, most * (0.5 + 0.5 * random.uniform()));
      await this.#clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }

  #take(message: unknown): void {
    const nowMs = this.#clock.nowMs();
    this.heard++;
    const transfer = readAlert(message);
    if (transfer === undefined || transfer.timeMs > nowMs + AHEAD_MS) {
      // The sum of this hour would lack it.
      this.#wholeSinceMs = nowMs;
      return;
    }
    this.#alerts++;
    // What is told again, or long after it was, is no flow of this hour.
    if (this.#known.has(transfer.name) || nowMs - transfer.timeMs > HOUR_MS) return;
    this.#known.add(transfer.name);
    if (this.#known.size > REMEMBERED)
      for (const oldest of this.#known) {
        this.#known.delete(oldest);
        break;
      }
    for (const { coin, inflow, outflow } of transfer.flows) {
      const sum = this.#sums.get(coin);
      if (sum === undefined) continue;
      sum.inflow += inflow;
      sum.outflow += outflow;
    }
  }

  #rows(beganMs: number, endMs: number): RecordedRow[] {
    const isWhole = this.#wholeSinceMs <= beganMs && beganMs === endMs - HOUR_MS && this.#alerts < MOST_ALERTS;
    const rows: RecordedRow[] = [];
    for (const [key, sum] of this.#sums) {
      if (isWhole) {
        rows.push({ id: "whale-alert.inflow", key, eventMs: endMs, value: sum.inflow });
        rows.push({ id: "whale-alert.outflow", key, eventMs: endMs, value: sum.outflow });
      }
      sum.inflow = 0;
      sum.outflow = 0;
    }
    this.#alerts = 0;
    return rows;
  }
}
