/**
 * @file Any venue that can be asked, behind the feed's door: quotes and newly closed bars by polling, read-only. Slower than
 * a stream and made for paper trading; how often it asks is bounded by the venue's client.
 */
import {
  barOpen,
  type Clock,
  type DecimalText,
  decimalOfNumber,
  exactText,
  timeframeMs,
  toError,
} from "../../core/index.ts";
import type { CandleRow } from "../../market/index.ts";
import type { QuotingVenue } from "../../venues/index.ts";
import type { FeedListener, FeedQuery, FeedRequest, FundingNotice, MarketFeed } from "../feed.ts";
import { confirmedBars, confirmedMarks } from "./history-bars.ts";

export type PolledFeedOptions = {
  readonly venue: QuotingVenue;
  readonly clock: Clock;
  /** Between two quotes of a symbol. Default: 1 s. */
  readonly quoteEveryMs?: number;
  /** Between two questions for a bar that has closed and is not there yet. Default: 1 s. */
  readonly barEveryMs?: number;
};

/** Failures in a row after which the feed counts as down. */
const DOWN_AFTER = 3;

export function polledFeed(options: PolledFeedOptions): MarketFeed {
  return new PolledFeed(options);
}

class PolledFeed implements MarketFeed {
  readonly name: string;
  readonly #options: PolledFeedOptions;
  readonly #stopping = new AbortController();
  #listener: FeedListener = () => undefined;
  /** Server time less ours. */
  #offsetMs = 0;
  #generation = 0;
  #failures = 0;
  /** Venue time of the last answer before an outage. */
  #heardMs = 0;
  readonly #tasks: Promise<void>[] = [];
  readonly #toldFunding = new Map<string, number>();

  constructor(options: PolledFeedOptions) {
    this.#options = options;
    this.name = options.venue.name;
  }

  async start(request: FeedRequest, listener: FeedListener, signal?: AbortSignal): Promise<void> {
    this.#listener = listener;
    const { clock, venue } = this.#options;
    this.#tell("connecting", "");
    this.#offsetMs = (await venue.liveTimeMs(signal)) - clock.nowMs();
    // Each symbol answers once, so that an unknown one is told here and not later.
    for (const symbol of request.symbols) await this.#quote(symbol, signal);
    this.#up();
    const barMs = timeframeMs(request.timeframe);
    const { quoteEveryMs = 1_000 } = this.#options;
    for (const symbol of request.symbols) {
      this.#tasks.push(this.#repeat(quoteEveryMs, () => this.#quote(symbol, this.#stopping.signal)));
      this.#tasks.push(this.#followBars(symbol, request, barMs));
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the feed stops"));
    await Promise.all(this.#tasks);
  }

  bars(query: FeedQuery): Promise<readonly CandleRow[]> {
    return confirmedBars(this.#options.venue, query, this.#venueNowMs());
  }

  marks(query: FeedQuery): Promise<readonly CandleRow[]> {
    return confirmedMarks(this.#options.venue, query, this.#venueNowMs());
  }

  async funding({ symbol, fromMs, toMs, signal }: FeedQuery): Promise<readonly FundingNotice[]> {
    const query = { symbol, fromMs, toMs, ...(signal === undefined ? {} : { signal }) };
    const rates = await this.#options.venue.funding(query);
    return rates.map(({ timeMs, rate }) => ({ symbol, rate, stampMs: timeMs, final: true }));
  }

  serverTimeMs(signal?: AbortSignal): Promise<number> {
    return this.#options.venue.liveTimeMs(signal);
  }

  async #quote(symbol: string, signal: AbortSignal | undefined): Promise<void> {
    const { bid, ask, last, mark, timeMs } = await this.#options.venue.quote(symbol, signal);
    // A venue that tells no time is taken at the moment of its answer.
    const told = timeMs ?? Math.floor(this.#venueNowMs());
    this.#listener({
      kind: "quote",
      quote: {
        symbol,
        bid: text(bid),
        ask: text(ask),
        last: text(last),
        ...(mark === undefined ? {} : { mark: text(mark) }),
        timeMs: told,
      },
    });
  }

  /** Asks for each bar once it must have closed, until it is there; funding stamps come along. */
  async #followBars(symbol: string, { timeframe }: FeedRequest, barMs: number): Promise<void> {
    const { clock, barEveryMs = 1_000 } = this.#options;
    const { signal } = this.#stopping;
    let dueMs = barOpen(this.#venueNowMs(), barMs);
    while (!signal.aborted) {
      const waitMs = dueMs + barMs - this.#venueNowMs();
      if (waitMs > 0) {
        await clock.sleep(waitMs, signal).catch(() => undefined);
        continue;
      }
      await this.#guarded(async () => {
        const query = { symbol, timeframe, fromMs: dueMs, toMs: this.#venueNowMs(), signal };
        for (const row of await this.bars(query)) {
          this.#listener({ kind: "bar", symbol, row });
          dueMs = row[0] + barMs;
        }
        await this.#tellFunding(symbol, query.fromMs, query.toMs);
      });
      await clock.sleep(barEveryMs, signal).catch(() => undefined);
    }
  }

  async #tellFunding(symbol: string, fromMs: number, toMs: number): Promise<void> {
    const after = this.#toldFunding.get(symbol) ?? fromMs;
    for (const { timeMs, rate } of await this.#options.venue.funding({ symbol, fromMs: after, toMs })) {
      this.#toldFunding.set(symbol, timeMs + 1);
      this.#listener({ kind: "funding", funding: { symbol, rate, stampMs: timeMs, final: true } });
    }
  }

  async #repeat(everyMs: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#options.clock.sleep(everyMs, signal).catch(() => undefined);
      if (!signal.aborted) await this.#guarded(work);
    }
  }

  /** Runs a question, and tells when the venue went away and when it is back. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.#failures >= DOWN_AFTER) this.#up();
      this.#failures = 0;
      this.#heardMs = this.#venueNowMs();
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return;
      this.#failures++;
      if (this.#failures === DOWN_AFTER) this.#tell("down", toError(thrown).message);
    }
  }

  #up(): void {
    this.#generation++;
    this.#tell("up", "");
    const nowMs = Math.floor(this.#venueNowMs());
    if (this.#generation > 1) {
      this.#listener({
        kind: "gap",
        fromMs: Math.floor(this.#heardMs),
        toMs: nowMs,
        reason: "the venue could not be asked",
      });
    }
    this.#heardMs = nowMs;
  }

  #tell(state: "connecting" | "up" | "down", reason: string): void {
    this.#listener({ kind: "connection", state, generation: this.#generation, reason });
  }

  #venueNowMs(): number {
    return this.#options.clock.nowMs() + this.#offsetMs;
  }
}

function text(price: number): DecimalText {
  return exactText(decimalOfNumber(price));
}
