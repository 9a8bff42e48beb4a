/**
 * @file The public history of any venue that ccxt knows. The library is large: it is loaded when the first method is
 * called, and never for trading.
 */

import type ccxt from "ccxt";
import type { Exchange } from "ccxt";
import type { z } from "zod";
import {
  type Clock,
  DAY_MS,
  HOUR_MS,
  type Instrument,
  nearestName,
  plainSymbol,
  systemClock,
  TidemarkError,
  timeframeMs,
  toError,
  WEEK_MS,
} from "../../core/index.ts";
import type { CandleQuery, HistoryQuery, QuotingVenue, VenueCandle, VenueFundingRate, VenueQuote } from "../history.ts";
import { type Retry, withRetries } from "../retry.ts";
import { TokenBucket } from "../token-bucket.ts";
import { badReply, rateLimited, rejected, timedOut, unreachable, VenueError } from "../venue-error.ts";
import { ccxtInstrument } from "./instrument.ts";
import { candlesSchema, fundingSchema, marketSchema, marksSchema, orderBookSchema, tickerSchema } from "./reply.ts";
import { ccxtFetch, withSignal } from "./transport.ts";

export type CcxtOptions = {
  /** ccxt's name of the venue, such as "binance". */
  readonly id: string;
  /** Default: linear perpetuals. Spot history is filed under the venue's name with "-spot". */
  readonly kind?: "perpetual" | "spot";
  /** Default: the venue's own address. */
  readonly baseUrl?: string;
  /** Default: 10 s. */
  readonly timeoutMs?: number;
  /** Times that a request is sent at most. Default: 5. */
  readonly maxAttempts?: number;
  /** Wait after the first failed attempt; it doubles. Default: 1 s. */
  readonly backoffMs?: number;
  /** Told before a request is sent again. */
  readonly onRetry?: (retry: Retry) => void;
  readonly clock?: Clock;
};

const MAX_CANDLES = 500;
/** Of an order book: every venue gives as many. */
const LEAST_LEVELS = 5;
const REQUESTS_PER_SECOND = 5;
const REQUEST_BURST = 5;
/** A stretch of time without a funding rate that is skipped at once. */
const FUNDING_STRIDE_MS = 30 * DAY_MS;

type Library = typeof ccxt;
/** What a market is picked by. */
type ListedMarket = {
  readonly symbol: string;
  readonly spot?: boolean;
  readonly swap?: boolean;
  readonly linear?: boolean;
};
type Loaded = { readonly library: Library; readonly exchange: Exchange };

/** A venue that reads history through ccxt. No request leaves before the first method is called. */
export function ccxtVenue(options: CcxtOptions): QuotingVenue {
  return new CcxtVenue(options);
}

class CcxtVenue implements QuotingVenue {
  readonly name: string;
  readonly maxCandles = MAX_CANDLES;
  readonly #options: CcxtOptions;
  readonly #kind: "perpetual" | "spot";
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  #loaded: Promise<Loaded> | undefined;
  #marketsLoaded = false;

  constructor(options: CcxtOptions) {
    this.#options = options;
    this.#kind = options.kind ?? "perpetual";
    this.name = this.#kind === "spot" ? `${options.id}-spot` : options.id;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#clock = options.clock ?? systemClock;
    this.#bucket = new TokenBucket({ clock: this.#clock, burst: REQUEST_BURST, perSecond: REQUESTS_PER_SECOND });
  }

  /** Where a venue doesn't tell its time, this machine's clock is taken, a minute back. */
  async serverTimeMs(signal?: AbortSignal): Promise<number> {
    const { exchange } = await this.#load();
    if (exchange.has["fetchTime"] !== true) return this.#clock.nowMs() - 60_000;
    const time = await this.#ask("server time", signal, () => exchange.fetchTime());
    if (typeof time !== "number" || !Number.isFinite(time)) throw badReply(this.name, "server time", "it is no number");
    return time;
  }

  async instrument(symbolText: string, signal?: AbortSignal): Promise<Instrument> {
    const { library, exchange } = await this.#load();
    const market = await this.#market(plainSymbol(symbolText), signal);
    const mode = exchange.precisionMode === library.DECIMAL_PLACES ? "decimals" : "step";
    return ccxtInstrument(market, this.#kind, this.name, mode);
  }

  candles(query: CandleQuery): Promise<VenueCandle[]> {
    return this.#bars(query, "candles", candlesSchema, (exchange, ...page) => exchange.fetchOHLCV(...page));
  }

  /** Rejects with VENUE_REJECTED where ccxt knows of none. */
  async marks(query: CandleQuery): Promise<VenueCandle[]> {
    const { exchange } = await this.#load();
    if (this.#kind === "spot") return [];
    if (exchange.has["fetchMarkOHLCV"] !== true) {
      throw rejected(this.name, query.symbol, "ccxt reads no history of its mark price");
    }
    return this.#bars(query, "mark prices", marksSchema, (of, ...page) => of.fetchMarkOHLCV(...page));
  }

  /** Pages of bars from `fromMs` on until one brings nothing new. */
  async #bars<T extends readonly [number, number, number, number, number, ...unknown[]]>(
    { symbol, timeframe, fromMs, toMs, signal }: CandleQuery,
    what: string,
    schema: z.ZodType<T[]>,
    ask: (exchange: Exchange, symbol: string, timeframe: string, sinceMs: number, limit: number) => Promise<unknown>,
  ): Promise<VenueCandle[]> {
    const { exchange } = await this.#load();
    if (exchange.timeframes[timeframe] === undefined) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `${this.name} has no candles of ${timeframe}`,
        fix: `Choose one of ${Object.keys(exchange.timeframes).join(", ")}; others are resampled when history is loaded.`,
      });
    }
    const market = await this.#market(symbol, signal);
    const barMs = timeframeMs(timeframe);
    const candles: VenueCandle[] = [];
    for (let sinceMs = fromMs; sinceMs < toMs; ) {
      const limit = Math.ceil((toMs - sinceMs) / barMs);
      const page = await this.#checked(`${what} ${symbol} ${timeframe}`, schema, signal, () =>
        ask(exchange, market.symbol, timeframe, sinceMs, limit),
      );
      const fresh = page
        .map(
          ([timeMs, open, high, low, close, volume]): VenueCandle => [
            timeMs,
            open,
            high,
            low,
            close,
            Number(volume ?? 0),
          ],
        )
        .filter((candle) => candle[0] >= sinceMs && candle[0] < toMs)
        .sort((a, b) => a[0] - b[0]);
      if (fresh.length === 0) break;
      for (const candle of fresh)
        if (candles.length === 0 || candle[0] > candles[candles.length - 1][0]) candles.push(candle);
      sinceMs = candles[candles.length - 1][0] + barMs;
    }
    return candles;
  }

  async firstCandleMs({ symbol, fromMs, toMs, signal }: HistoryQuery): Promise<number | undefined> {
    const { exchange } = await this.#load();
    const market = await this.#market(symbol, signal);
    const [name, spanMs] = exchange.timeframes["1w"] === undefined ? ["1d", DAY_MS] : ["1w", WEEK_MS];
    const where = `first candle of ${symbol}`;
    const limit = 200;
    for (let sinceMs = fromMs - spanMs; sinceMs < toMs; sinceMs += limit * spanMs) {
      const page = await this.#checked(where, candlesSchema, signal, () =>
        exchange.fetchOHLCV(market.symbol, name, sinceMs, limit),
      );
      if (page.length > 0) return Math.max(fromMs, Math.min(...page.map((candle) => candle[0])));
    }
    return undefined;
  }

  async funding({ symbol, fromMs, toMs, signal }: HistoryQuery): Promise<VenueFundingRate[]> {
    const { exchange } = await this.#load();
    if (this.#kind === "spot" || exchange.has["fetchFundingRateHistory"] !== true) return [];
    const market = await this.#market(symbol, signal);
    const where = `funding rates ${symbol}`;
    const rates = new Map<number, number>();
    for (let sinceMs = fromMs; sinceMs < toMs; ) {
      const page = await this.#checked(where, fundingSchema, signal, () =>
        exchange.fetchFundingRateHistory(market.symbol, sinceMs, 100),
      );
      let lastMs = sinceMs;
      for (const { timestamp, fundingRate } of page) {
        if (timestamp < sinceMs || timestamp >= toMs) continue;
        rates.set(timestamp, fundingRate);
        lastMs = Math.max(lastMs, timestamp + 1);
      }
      // A page without a new rate may be a time before the first one: it is stepped over.
      sinceMs = lastMs > sinceMs ? lastMs : sinceMs + FUNDING_STRIDE_MS;
      if (lastMs + HOUR_MS >= toMs) break;
    }
    return [...rates].map(([timeMs, rate]) => ({ timeMs, rate })).sort((a, b) => a.timeMs - b.timeMs);
  }

  async quote(symbol: string, signal?: AbortSignal): Promise<VenueQuote> {
    const { exchange } = await this.#load();
    const market = await this.#market(symbol, signal);
    const ticker = await this.#checked(`quote of ${symbol}`, tickerSchema, signal, () =>
      exchange.fetchTicker(market.symbol),
    );
    const { bid, ask, last, markPrice, timestamp } = ticker;
    const mark = typeof markPrice === "number" && this.#kind !== "spot" ? { mark: markPrice } : {};
    if (typeof bid === "number" && typeof ask === "number") {
      return { bid, ask, last, ...mark, timeMs: timestamp ?? undefined };
    }
    // Some venues' tickers are statistics of a day without the book.
    const book = await this.#checked(`order book of ${symbol}`, orderBookSchema, signal, () =>
      exchange.fetchOrderBook(market.symbol, LEAST_LEVELS),
    );
    return { bid: book.bids[0][0], ask: book.asks[0][0], last, ...mark, timeMs: book.timestamp ?? undefined };
  }

  async liveTimeMs(signal?: AbortSignal): Promise<number> {
    const { exchange } = await this.#load();
    return exchange.has["fetchTime"] === true ? this.serverTimeMs(signal) : this.#clock.nowMs();
  }

  async requestEveryMs(): Promise<number> {
    const { exchange } = await this.#load();
    return Math.max(1_000 / REQUESTS_PER_SECOND, exchange.rateLimit ?? 0);
  }

  async #market(symbol: string, signal: AbortSignal | undefined): Promise<z.infer<typeof marketSchema>> {
    const { exchange } = await this.#load();
    if (!this.#marketsLoaded) {
      await this.#ask("markets", signal, () => exchange.loadMarkets());
      this.#marketsLoaded = true;
    }
    const markets = Object.values((exchange.markets ?? {}) as Record<string, ListedMarket>);
    const named = markets.filter((market) => plainSymbol(market.symbol) === symbol);
    const fitting = named.find((market) =>
      this.#kind === "spot" ? market.spot === true : market.swap === true && market.linear === true,
    );
    if (fitting === undefined) {
      const other = this.#kind === "spot" ? "perpetual" : "spot";
      const hint = named.some((market) => market.spot === true || market.swap === true)
        ? `; it has one as ${other}`
        : "";
      throw rejected(this.name, symbol, `it has no ${this.#kind} market of that name${hint}`);
    }
    const market = marketSchema.safeParse(fitting);
    if (!market.success) throw badReply(this.name, `market ${symbol}`, "its rules are incomplete", market.error);
    return market.data;
  }

  async #checked<T>(
    where: string,
    schema: z.ZodType<T>,
    signal: AbortSignal | undefined,
    request: () => Promise<unknown>,
  ): Promise<T> {
    const reply = schema.safeParse(await this.#ask(where, signal, request));
    if (reply.success) return reply.data;
    const [issue] = reply.error.issues;
    throw badReply(this.name, where, `${issue.path.join(".") || "the reply"}: ${issue.message}`, reply.error);
  }

  async #ask<T>(where: string, signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T> {
    const { library } = await this.#load();
    const once = async (): Promise<T> => {
      await this.#bucket.take(signal);
      try {
        return await withSignal(signal, request);
      } catch (thrown) {
        signal?.throwIfAborted();
        throw this.#failure(library, thrown, where);
      }
    };
    return withRetries(once, {
      clock: this.#clock,
      maxAttempts: this.#options.maxAttempts ?? 5,
      backoffMs: this.#options.backoffMs ?? 1000,
      onRetry: this.#options.onRetry,
      signal,
    });
  }

  #failure(library: Library, thrown: unknown, where: string): VenueError {
    if (thrown instanceof VenueError) return thrown;
    const detail = toError(thrown).message.slice(0, 200);
    if (thrown instanceof library.RateLimitExceeded || thrown instanceof library.DDoSProtection) {
      return rateLimited(this.name, where, undefined, detail);
    }
    if (thrown instanceof library.RequestTimeout) return timedOut(this.name, where, this.#timeoutMs, thrown);
    if (thrown instanceof library.BadResponse || thrown instanceof library.NullResponse) {
      return badReply(this.name, where, detail, thrown);
    }
    if (thrown instanceof library.NetworkError) return unreachable(this.name, where, detail, thrown);
    if (thrown instanceof library.BaseError) return rejected(this.name, where, detail);
    // Neither the network nor the venue's own refusal: ccxt stumbled over a reply of another shape.
    return badReply(this.name, where, detail, thrown);
  }

  #load(): Promise<Loaded> {
    this.#loaded ??= this.#start();
    return this.#loaded;
  }

  async #start(): Promise<Loaded> {
    const { default: library } = await import("ccxt");
    const { id, baseUrl } = this.#options;
    if (!library.exchanges.includes(id)) throw unknownVenue(id, library.exchanges);
    const classes = library as unknown as Record<string, new (settings: object) => Exchange>;
    const exchange = new classes[id]({ timeout: this.#timeoutMs, enableRateLimit: true });
    exchange.fetchImplementation = ccxtFetch(this.name);
    if (baseUrl !== undefined) exchange.urls["api"] = withBase(exchange.urls["api"], baseUrl) as Exchange["urls"];
    return { library, exchange };
  }
}

function unknownVenue(id: string, known: readonly string[]): TidemarkError {
  const near = nearestName(id, known);
  return new TidemarkError("USAGE_ARGUMENT", {
    what: `"${id}" is not a venue that history can be fetched from`,
    fix:
      near === undefined ? 'Choose "bybit" or a venue that ccxt knows, such as "binance".' : `Did you mean "${near}"?`,
  });
}

/** Every address in ccxt's tree of addresses replaced by one. */
function withBase(urls: unknown, baseUrl: string): unknown {
  if (typeof urls === "string") return baseUrl;
  if (urls === null || typeof urls !== "object") return urls;
  return Object.fromEntries(Object.entries(urls).map(([key, value]) => [key, withBase(value, baseUrl)]));
}
