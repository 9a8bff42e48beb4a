/**
 * @file Bybit's public market data, V5, without a key.
 * https://bybit-exchange.github.io/docs/v5/market/kline, .../mark-kline, .../history-fund-rate, .../instrument, .../risk-limit, .../time
 */
import type { RestClientV5 } from "bybit-api";
import type { z } from "zod";
import {
  type Clock,
  type Instrument,
  plainSymbol,
  systemClock,
  TidemarkError,
  timeframeMs,
  WEEK_MS,
} from "../../core/index.ts";
import type { CandleQuery, HistoryQuery, HistoryVenue, VenueCandle, VenueFundingRate } from "../history.ts";
import { type Retry, withRetries } from "../retry.ts";
import { TokenBucket } from "../token-bucket.ts";
import { badReply, rejected } from "../venue-error.ts";
import { codeFailure, transportFailure } from "./failure.ts";
import { linearInstrument, spotInstrument } from "./instrument.ts";
import { type BybitInterval, bybitInterval } from "./interval.ts";
import {
  envelopeSchema,
  fundingSchema,
  klinesSchema,
  linearSchema,
  markKlinesSchema,
  type RiskLimit,
  riskLimitSchema,
  serverTimeSchema,
  spotSchema,
} from "./reply.ts";

export type BybitOptions = {
  /** Default: linear (USDT perpetuals and dated futures). Spot history is filed under "bybit-spot". */
  readonly category?: "linear" | "spot";
  /** Where TIDEMARK_BYBIT_URL is looked up; default: of this process. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Default: the variable TIDEMARK_BYBIT_URL, else Bybit's own address. */
  readonly baseUrl?: string;
  /** Default: 10 s. */
  readonly timeoutMs?: number;
  /** Times that a request is sent at most. Default: 5. */
  readonly maxAttempts?: number;
  /** Wait after the first failed attempt; it doubles. Default: 500 ms. */
  readonly backoffMs?: number;
  /** Told before a request is sent again. */
  readonly onRetry?: (retry: Retry) => void;
  readonly clock?: Clock;
};

const MAX_CANDLES = 1000;
const MAX_FUNDING = 200;
/** Bybit allows an address 120 requests a second over all its endpoints; this leaves room for others. */
const REQUESTS_PER_SECOND = 20;
const REQUEST_BURST = 20;

/** A venue that reads Bybit's public history. No request leaves before the first method is called. */
export function bybitVenue(options: BybitOptions = {}): HistoryVenue {
  return new BybitVenue(options);
}

class BybitVenue implements HistoryVenue {
  readonly name: string;
  readonly maxCandles = MAX_CANDLES;
  readonly #category: "linear" | "spot";
  readonly #baseUrl: string | undefined;
  readonly #timeoutMs: number;
  readonly #maxAttempts: number;
  readonly #onRetry: BybitOptions["onRetry"];
  readonly #backoffMs: number;
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;

  constructor(options: BybitOptions) {
    this.#category = options.category ?? "linear";
    this.name = this.#category === "linear" ? "bybit" : "bybit-spot";
    this.#baseUrl = checkedUrl(options.baseUrl ?? (options.environment ?? process.env)["TIDEMARK_BYBIT_URL"]);
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#maxAttempts = options.maxAttempts ?? 5;
    this.#backoffMs = options.backoffMs ?? 500;
    this.#onRetry = options.onRetry;
    this.#clock = options.clock ?? systemClock;
    this.#bucket = new TokenBucket({ clock: this.#clock, burst: REQUEST_BURST, perSecond: REQUESTS_PER_SECOND });
  }

  async serverTimeMs(signal?: AbortSignal): Promise<number> {
    const where = "server time";
    const result = await this.#ask(where, serverTimeSchema, signal, (client) => client.getServerTime());
    return Math.floor(Number(result.timeNano) / 1e6);
  }

  async instrument(symbolText: string, signal?: AbortSignal): Promise<Instrument> {
    const symbol = plainSymbol(symbolText);
    const where = `contract ${symbol}`;
    const category = this.#category;
    const ask = (client: RestClientV5): Promise<unknown> => client.getInstrumentsInfo({ category, symbol });
    const limits = category === "linear" ? await this.#riskLimits(symbol, signal) : [];
    const found =
      category === "linear"
        ? (await this.#ask(where, linearSchema, signal, ask)).list
            .filter((contract) => contract.symbol === symbol)
            .map((contract) => linearInstrument(contract, this.name, limits))
        : (await this.#ask(where, spotSchema, signal, ask)).list
            .filter((contract) => contract.symbol === symbol)
            .map((contract) => spotInstrument(contract, this.name));
    if (found.length === 0) throw rejected("Bybit", where, `it has no ${category} contract of that name`);
    return found[0];
  }

  /** The ladder of maintenance margin; none where Bybit refuses to tell it, so that the rest can still be had. */
  async #riskLimits(symbol: string, signal: AbortSignal | undefined): Promise<readonly RiskLimit[]> {
    try {
      const category = "linear" as const;
      const result = await this.#ask(`risk limits of ${symbol}`, riskLimitSchema, signal, (client) =>
        client.getRiskLimit({ category, symbol }),
      );
      return result.list.filter((limit) => limit.symbol === symbol);
    } catch (thrown) {
      if (thrown instanceof TidemarkError && thrown.code === "VENUE_REJECTED") return [];
      throw thrown;
    }
  }

  async candles({ symbol, timeframe, fromMs, toMs, signal }: CandleQuery): Promise<VenueCandle[]> {
    const interval = bybitInterval(timeframe);
    const where = `candles ${symbol} ${timeframe}`;
    const parameters = { category: this.#category, symbol, interval, start: fromMs, end: toMs - 1, limit: MAX_CANDLES };
    const result = await this.#ask(where, klinesSchema, signal, (client) => client.getKline(parameters));
    if (result.symbol !== symbol) throw badReply("Bybit", where, `the candles are of ${result.symbol.slice(0, 40)}`);
    const candles: VenueCandle[] = result.list.map(([timeMs, open, high, low, close, volume]) => [
      timeMs,
      open,
      high,
      low,
      close,
      volume,
    ]);
    candles.reverse();
    checkCandles(candles, timeframeMs(timeframe), where);
    return candles.filter((candle) => candle[0] >= fromMs && candle[0] < toMs);
  }

  /** Spot has no mark price. */
  async marks({ symbol, timeframe, fromMs, toMs, signal }: CandleQuery): Promise<VenueCandle[]> {
    if (this.#category === "spot") return [];
    const interval = bybitInterval(timeframe);
    const where = `mark prices ${symbol} ${timeframe}`;
    const range = { symbol, interval, start: fromMs, end: toMs - 1, limit: MAX_CANDLES };
    const result = await this.#ask(where, markKlinesSchema, signal, (client) =>
      client.getMarkPriceKline({ category: "linear", ...range }),
    );
    if (result.symbol !== symbol) throw badReply("Bybit", where, `the prices are of ${result.symbol.slice(0, 40)}`);
    const marks = result.list.map(
      ([timeMs, open, high, low, close]): VenueCandle => [timeMs, open, high, low, close, 0],
    );
    marks.reverse();
    checkCandles(marks, timeframeMs(timeframe), where);
    return marks.filter(([timeMs]) => timeMs >= fromMs && timeMs < toMs);
  }

  async firstCandleMs({ symbol, fromMs, toMs, signal }: HistoryQuery): Promise<number | undefined> {
    const where = `first candle of ${symbol}`;
    const start = fromMs - WEEK_MS;
    const end = Math.min(toMs - 1, start + MAX_CANDLES * WEEK_MS - 1);
    const parameters = {
      category: this.#category,
      symbol,
      interval: "W" as BybitInterval,
      start,
      end,
      limit: MAX_CANDLES,
    };
    const result = await this.#ask(where, klinesSchema, signal, (client) => client.getKline(parameters));
    const times = result.list.map(([timeMs]) => timeMs);
    return times.length === 0 ? undefined : Math.max(fromMs, Math.min(...times));
  }

  async funding({ symbol, fromMs, toMs, signal }: HistoryQuery): Promise<VenueFundingRate[]> {
    if (this.#category === "spot") return [];
    const where = `funding rates ${symbol}`;
    const rates = new Map<number, number>();
    for (let endMs = toMs - 1; endMs >= fromMs; ) {
      const parameters = { category: "linear" as const, symbol, startTime: fromMs, endTime: endMs, limit: MAX_FUNDING };
      const page = await this.#ask(where, fundingSchema, signal, (client) => client.getFundingRateHistory(parameters));
      const inRange = page.list.filter(
        (row) => row.symbol === symbol && row.fundingRateTimestamp >= fromMs && row.fundingRateTimestamp <= endMs,
      );
      for (const row of inRange) rates.set(row.fundingRateTimestamp, row.fundingRate);
      if (page.list.length < MAX_FUNDING || inRange.length === 0) break;
      endMs = Math.min(...inRange.map((row) => row.fundingRateTimestamp)) - 1;
    }
    return [...rates].map(([timeMs, rate]) => ({ timeMs, rate })).sort((a, b) => a.timeMs - b.timeMs);
  }

  /** One question to Bybit: waits for its turn, asks, retries what a retry can help, and checks the answer. */
  #ask<T>(
    where: string,
    schema: z.ZodType<T>,
    signal: AbortSignal | undefined,
    request: (client: RestClientV5) => Promise<unknown>,
  ): Promise<T> {
    const place = `${this.#baseUrl ?? "api.bybit.com"}, ${where}`;
    const once = async (): Promise<T> => {
      await this.#bucket.take(signal);
      const client = await this.#client(signal);
      let reply: unknown;
      try {
        reply = await request(client);
      } catch (thrown) {
        signal?.throwIfAborted();
        throw transportFailure(thrown, place, this.#timeoutMs, this.#clock);
      }
      const envelope = envelopeSchema.safeParse(reply);
      if (!envelope.success) throw badReply("Bybit", place, "it has no return code", envelope.error);
      if (envelope.data.retCode !== 0) throw codeFailure(envelope.data, place, this.#clock);
      const result = schema.safeParse(envelope.data.result);
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      throw badReply("Bybit", place, `${issue.path.join(".") || "the result"}: ${issue.message}`, result.error);
    };
    return withRetries(once, {
      clock: this.#clock,
      maxAttempts: this.#maxAttempts,
      backoffMs: this.#backoffMs,
      onRetry: this.#onRetry,
      signal,
    });
  }

  /** A client for one request: its connections are pooled by the process, and the signal reaches the socket. */
  async #client(signal: AbortSignal | undefined): Promise<RestClientV5> {
    const { RestClientV5: Client } = await import("bybit-api");
    const loopback = this.#baseUrl !== undefined && isLoopback(this.#baseUrl);
    return new Client(
      { parseAPIRateLimits: true, ...(this.#baseUrl === undefined ? {} : { baseUrl: this.#baseUrl }) },
      {
        timeout: this.#timeoutMs,
        ...(signal === undefined ? {} : { signal }),
        ...(loopback ? { proxy: false as const } : {}),
      },
    );
  }
}

function checkCandles(candles: readonly VenueCandle[], barMs: number, where: string): void {
  for (let i = 0; i < candles.length; i++) {
    const [timeMs] = candles[i];
    if (!Number.isInteger(timeMs) || (i > 0 && timeMs - candles[i - 1][0] < barMs)) {
      throw badReply("Bybit", where, `candle ${i + 1} opens at ${timeMs}, which is not after the one before`);
    }
  }
}

function checkedUrl(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, "");
  throw new TidemarkError("CONFIG_VALUE", {
    what: `"${text}" is not an address for Bybit`,
    where: "TIDEMARK_BYBIT_URL",
    fix: 'Write an address such as "https://api.bybit.com", or leave it out.',
  });
}

function isLoopback(url: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}
