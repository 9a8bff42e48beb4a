/**
 * @file The one door to live market data. A feed reports confirmed bars, quotes and funding of its symbols and says when it
 * may have missed something; it keeps no history. Nothing about an account passes here.
 */
import type { DecimalText, Timeframe } from "../core/index.ts";
import type { CandleRow } from "../market/index.ts";

/** The best prices at one instant. Its id stands in every order that was sent on it. */
export type Quote = {
  readonly symbol: string;
  readonly bid: DecimalText;
  readonly ask: DecimalText;
  readonly last: DecimalText;
  readonly mark?: DecimalText;
  /** The venue's time of the quote; its age is counted from here. */
  readonly timeMs: number;
};

export type FundingNotice = {
  readonly symbol: string;
  /** Share of notional that a long position pays at `stampMs`. */
  readonly rate: number;
  readonly stampMs: number;
  /** False for the estimate of a stamp that is still to come. */
  readonly final: boolean;
};

export type FeedEvent =
  /** A bar that the venue confirmed. May come twice or late. `row[0]` is its open time. */
  | { readonly kind: "bar"; readonly symbol: string; readonly row: CandleRow }
  /** The mark price over a bar, without volume; before that bar is told, where the mark was followed through it. */
  | { readonly kind: "mark"; readonly symbol: string; readonly row: CandleRow }
  /** Complete: a feed that gets changes only merges them, and says nothing before a whole snapshot. */
  | { readonly kind: "quote"; readonly quote: Quote }
  | { readonly kind: "funding"; readonly funding: FundingNotice }
  | {
      readonly kind: "connection";
      readonly state: "connecting" | "up" | "down";
      readonly generation: number;
      readonly reason: string;
    }
  /** Bars may have been missed between the two times: the engine fetches them. */
  | { readonly kind: "gap"; readonly fromMs: number; readonly toMs: number; readonly reason: string };

export type FeedListener = (event: FeedEvent) => void;

export type FeedRequest = {
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
};

export type FeedQuery = {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal?: AbortSignal;
};

/** Queries reject with a VENUE_ error of the catalog. */
export type MarketFeed = {
  /** Short name of the venue. */
  readonly name: string;
  /** Resolves once every subscription was confirmed. Rejects with a VENUE_ error. */
  start(request: FeedRequest, listener: FeedListener, signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** Confirmed bars that open in the range, oldest first. */
  bars(query: FeedQuery): Promise<readonly CandleRow[]>;
  /** The mark price over the same bars, without volume. Absent where the venue tells none. */
  marks?(query: FeedQuery): Promise<readonly CandleRow[]>;
  /** Funding stamps in the range that are final, oldest first. */
  funding(query: FeedQuery): Promise<readonly FundingNotice[]>;
  serverTimeMs(signal?: AbortSignal): Promise<number>;
};
