/**
 * @file Bybit's public streams behind the feed's door: confirmed bars, whole quotes, funding. A bar that should have been
 * confirmed and was not is told as a gap; a topic that falls silent makes the connection anew.
 */
import { type Clock, type Random, type Timeframe, timeframeMs } from "../../core/index.ts";
import type { CandleRow } from "../../market/index.ts";
import {
  type BybitCategory,
  type BybitRest,
  bybitInterval,
  type ConnectBudget,
  type HistoryVenue,
  Stream,
  type StreamMessage,
  StreamRefusal,
  type StreamState,
  type StreamTiming,
} from "../../venues/index.ts";
import { brokerError } from "../broker-error.ts";
import type { FeedListener, FeedQuery, FeedRequest, FundingNotice, MarketFeed } from "../feed.ts";
import { BarTracker } from "./bar-tracker.ts";
import { bookTop, klineRows } from "./bybit-messages.ts";
import { confirmedBars, confirmedMarks } from "./history-bars.ts";
import { MarkBars } from "./mark-bars.ts";
import { QuoteBook } from "./quote-book.ts";

export type BybitFeedOptions = {
  readonly rest: BybitRest;
  readonly category: BybitCategory;
  /** The same venue's history, for bars and funding in a range. */
  readonly history: HistoryVenue;
  readonly wall: Clock;
  readonly random: Random;
  readonly connects: ConnectBudget;
  /** A topic without a message for so long is taken for lost, wall time. Default: 90 s. */
  readonly topicSilenceMs?: number;
  readonly timing?: Partial<StreamTiming>;
};

const TOPIC_SILENCE_MS = 90_000;

export function bybitFeed(options: BybitFeedOptions): MarketFeed {
  return new BybitFeed(options);
}

class BybitFeed implements MarketFeed {
  readonly name: string;
  readonly #options: BybitFeedOptions;
  readonly #stopping = new AbortController();
  #listener: FeedListener = () => undefined;
  #stream: Stream | undefined;
  #quotes = new QuoteBook();
  #bars = new BarTracker(0);
  #marks = new MarkBars(0);
  /** Wall readings of the last message of each topic. */
  readonly #heard = new Map<string, number>();
  /** The stamp that each symbol's funding was told for last. */
  readonly #stamps = new Map<string, number>();
  /** Venue time at which the stream was last known to tell everything. */
  #heardMs = 0;
  #ups = 0;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: BybitFeedOptions) {
    this.#options = options;
    this.name = options.category === "linear" ? "bybit" : "bybit-spot";
  }

  async start(request: FeedRequest, listener: FeedListener, signal?: AbortSignal): Promise<void> {
    const { rest, category, wall, random, connects, timing } = this.#options;
    this.#listener = listener;
    this.#bars = new BarTracker(timeframeMs(request.timeframe));
    this.#marks = new MarkBars(timeframeMs(request.timeframe));
    await rest.syncTime(signal);
    const topics = topicsOf(request, category);
    const stream = new Stream({
      url: `${rest.hosts.publicStream}/${category}`,
      topics,
      wall,
      random,
      budget: connects,
      onMessage: (message) => this.#receive(message),
      onState: (state) => this.#connection(state, topics),
      ...(timing === undefined ? {} : { timing }),
    });
    this.#stream = stream;
    try {
      await stream.start(signal);
    } catch (thrown) {
      await stream.stop();
      if (thrown instanceof StreamRefusal)
        throw brokerError("symbol-unknown", `Bybit's public stream: ${thrown.message}`, rest.hosts.publicStream);
      throw thrown;
    }
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the feed stops"));
    await this.#stream?.stop();
    await this.#watching;
  }

  async bars(query: FeedQuery): Promise<readonly CandleRow[]> {
    await this.#options.rest.syncTime(query.signal);
    return confirmedBars(this.#options.history, query, this.#options.rest.venueNowMs());
  }

  async marks(query: FeedQuery): Promise<readonly CandleRow[]> {
    await this.#options.rest.syncTime(query.signal);
    return confirmedMarks(this.#options.history, query, this.#options.rest.venueNowMs());
  }

  async funding({ symbol, fromMs, toMs, signal }: FeedQuery): Promise<readonly FundingNotice[]> {
    const rates = await this.#options.history.funding({
      symbol,
      fromMs,
      toMs,
      ...(signal === undefined ? {} : { signal }),
    });
    return rates.map(({ timeMs, rate }) => ({ symbol, rate, stampMs: timeMs, final: true }));
  }

  serverTimeMs(signal?: AbortSignal): Promise<number> {
    return this.#options.rest.syncTime(signal);
  }

  #receive(message: StreamMessage): void {
    const { topic, type, data } = message;
    this.#heard.set(topic, this.#options.wall.elapsedMs());
    const venueMs = this.#options.rest.venueNowMs();
    this.#heardMs = venueMs;
    const timeMs = message.timeMs ?? Math.floor(venueMs);
    const symbol = topic.slice(topic.lastIndexOf(".") + 1);
    if (topic.startsWith("kline.")) this.#klines(symbol, data);
    else if (topic.startsWith("orderbook.")) this.#tellQuote(this.#quotes.top(symbol, bookTop(data), timeMs));
    else if (topic.startsWith("tickers.")) {
      this.#tellQuote(this.#quotes.ticker(symbol, type === "delta", data, timeMs));
      const funding = this.#quotes.funding(symbol);
      if (funding === undefined) return;
      this.#listener({ kind: "funding", funding });
      const before = this.#stamps.get(symbol);
      this.#stamps.set(symbol, funding.stampMs);
      if (before !== undefined && before < funding.stampMs) void this.#tellFinal(symbol, before);
    }
  }

  #klines(symbol: string, data: unknown): void {
    for (const { row, confirmed } of klineRows(data)) {
      const missed = this.#bars.see(symbol, row[0], confirmed);
      if (missed !== undefined)
        this.#listener({ kind: "gap", ...missed, reason: `${symbol}: a bar was not confirmed` });
      if (!confirmed) continue;
      const mark = this.#marks.bar(symbol, row[0]);
      if (mark !== undefined) this.#listener({ kind: "mark", symbol, row: mark });
      this.#listener({ kind: "bar", symbol, row });
    }
  }

  /** The rate of a stamp that has passed, from the history; a failure leaves it to the engine's own question. */
  async #tellFinal(symbol: string, stampMs: number): Promise<void> {
    const rates = await this.#options.history.funding({ symbol, fromMs: stampMs, toMs: stampMs + 1 }).catch(() => []);
    for (const { timeMs, rate } of rates) {
      if (!this.#stopping.signal.aborted)
        this.#listener({ kind: "funding", funding: { symbol, rate, stampMs: timeMs, final: true } });
    }
  }

  #tellQuote(quote: ReturnType<QuoteBook["ticker"]>): void {
    if (quote === undefined) return;
    if (quote.mark !== undefined) this.#marks.see(quote.symbol, Number(quote.mark), quote.timeMs);
    this.#listener({ kind: "quote", quote });
  }

  #connection({ state, generation, reason }: StreamState, topics: readonly string[]): void {
    if (state === "connecting") this.#quotes = new QuoteBook();
    if (state !== "up") this.#marks.forget();
    this.#listener({ kind: "connection", state, generation, reason });
    if (state !== "up") return;
    const elapsedMs = this.#options.wall.elapsedMs();
    for (const topic of topics) this.#heard.set(topic, elapsedMs);
    const nowMs = Math.floor(this.#options.rest.venueNowMs());
    if (this.#ups > 0) {
      this.#listener({
        kind: "gap",
        fromMs: Math.floor(this.#heardMs),
        toMs: nowMs,
        reason: "the public stream was down",
      });
    }
    this.#ups++;
    this.#heardMs = nowMs;
  }

  /** A subscription can be confirmed and never be served: each topic has to speak. */
  async #watch(): Promise<void> {
    const { wall, topicSilenceMs = TOPIC_SILENCE_MS } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await wall.sleep(topicSilenceMs / 4, signal).catch(() => undefined);
      const nowMs = wall.elapsedMs();
      const silent = [...this.#heard].find(([, heardMs]) => nowMs - heardMs > topicSilenceMs);
      if (silent === undefined || signal.aborted) continue;
      this.#heard.clear();
      this.#stream?.restart(`nothing came of ${silent[0]} for ${topicSilenceMs} ms`);
    }
  }
}

/** Tickers of spot have no best prices: those come from the first level of the book. */
function topicsOf(
  { symbols, timeframe }: { symbols: readonly string[]; timeframe: Timeframe },
  category: BybitCategory,
): string[] {
  const interval = bybitInterval(timeframe);
  return symbols.flatMap((symbol) => [
    `kline.${interval}.${symbol}`,
    `tickers.${symbol}`,
    ...(category === "spot" ? [`orderbook.1.${symbol}`] : []),
  ]);
}
