/** @file What every venue can tell of the past, in our words. Nothing here decides what to fetch or keep. */
import type { Instrument, Timeframe } from "../core/index.ts";

/** Open time in UTC milliseconds, four prices in quote currency, volume in base units. */
export type VenueCandle = readonly [
  timeMs: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
];

export type VenueFundingRate = {
  readonly timeMs: number;
  /** Share of notional that a long position pays at that time. */
  readonly rate: number;
};

export type HistoryQuery = {
  /** Plain form, such as "BTCUSDT". */
  readonly symbol: string;
  /** First time of interest, UTC milliseconds. */
  readonly fromMs: number;
  /** First time of no more interest. */
  readonly toMs: number;
  readonly signal?: AbortSignal | undefined;
};

export type CandleQuery = HistoryQuery & { readonly timeframe: Timeframe };

/** The best prices of one symbol at an instant, as the venue's numbers. */
export type VenueQuote = {
  readonly bid: number;
  readonly ask: number;
  readonly last: number;
  /** Of a contract on margin, where the venue tells it. */
  readonly mark?: number;
  /** The venue's time, UTC milliseconds; undefined where it tells none. */
  readonly timeMs: number | undefined;
};

/**
 * A venue's public history. Every method rejects with a VENUE_ error of the catalog, after retries where those can help,
 * and with the signal's reason when it is aborted.
 */
export type HistoryVenue = {
  /** The name under which its history is filed, such as "bybit". */
  readonly name: string;
  /** Bars that one `candles` call may span. */
  readonly maxCandles: number;
  serverTimeMs(signal?: AbortSignal): Promise<number>;
  instrument(symbol: string, signal?: AbortSignal): Promise<Instrument>;
  /** Bars that open in `[fromMs, toMs)`, at most `maxCandles` long, oldest first; the last may be unfinished. */
  candles(query: CandleQuery): Promise<VenueCandle[]>;
  /** The same bars of the mark price, without volume. Absent, or rejected with VENUE_REJECTED, where the venue tells none. */
  marks?(query: CandleQuery): Promise<VenueCandle[]>;
  /** Open time of about the first bar at or after `fromMs`, never later than it, or undefined where there is none. */
  firstCandleMs(query: HistoryQuery): Promise<number | undefined>;
  /** All funding rates stamped in `[fromMs, toMs)`, oldest first; none where the instrument has no funding. */
  funding(query: HistoryQuery): Promise<VenueFundingRate[]>;
};

/** A venue that can be asked for prices as well. */
export type QuotingVenue = HistoryVenue & {
  /** Rejects with VENUE_BAD_REPLY where bid, ask or last are missing. */
  quote(symbol: string, signal?: AbortSignal): Promise<VenueQuote>;
  /** The venue's time; this machine's where the venue tells none. */
  liveTimeMs(signal?: AbortSignal): Promise<number>;
  /** Least time between two requests that the venue allows, ms. */
  requestEveryMs(): Promise<number>;
};
