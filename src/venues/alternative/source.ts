/** @file What every source of alternative data can tell, in our words. Nothing here decides what to ask for or keep. */
import type { Clock, Random } from "../../core/index.ts";
import type { Retry } from "../retry.ts";
import type { SeriesSpec, SourceTerms } from "./series.ts";

/** One value as a source gives it. */
export type SourceObservation = {
  /** What the value is stamped with, UTC milliseconds. */
  readonly eventMs: number;
  /** When the source says that it was published; null where it doesn't. */
  readonly publishedMs: number | null;
  readonly value: number;
};

export type SourceQuery = {
  readonly spec: SeriesSpec;
  /** The symbol ("BTCUSDT"), the coin ("BTC"), or "market", as the series is kept. */
  readonly key: string;
  /** First stamp of interest, UTC milliseconds. */
  readonly fromMs: number;
  /** First stamp of no more interest. */
  readonly toMs: number;
  readonly signal?: AbortSignal | undefined;
};

/** A row of a series that is only told as it happens. */
export type RecordedRow = {
  /** Such as "bybit.book-imbalance". */
  readonly id: string;
  /** The symbol or coin. */
  readonly key: string;
  /** End of the interval, UTC milliseconds. */
  readonly eventMs: number;
  readonly value: number;
};

/** What a stream is opened with. */
export type StreamHooks = {
  /** Symbols or coins of interest. */
  readonly keys: readonly string[];
  readonly random: Random;
  /** Told at the end of each interval; rows are missing of what was not whole. */
  readonly onRows: (rows: readonly RecordedRow[], eventMs: number) => Promise<void>;
  /** Told when the stream is up, and why it is down; it connects again by itself. */
  readonly onState: (state: { readonly state: "up" | "down"; readonly reason: string }) => void;
};

/**
 * A source of alternative data. `fetch` gives the values stamped in `[fromMs, toMs)`, oldest first and each stamp once, the
 * last perhaps unfinished; a series without history gives what holds now, whatever range is asked for. It rejects with a
 * VENUE_ error of the catalog, after retries where those can help, and with the signal's reason when it is aborted.
 */
export type AlternativeSource = SourceTerms & {
  readonly series: readonly SeriesSpec[];
  /** What the source allows, for people. */
  readonly limit: string;
  /** Environment variables that hold its credentials; without all of them it is off. */
  readonly keys: readonly string[];
  /** Those of them that aren't set. */
  readonly missingKeys: readonly string[];
  /** The environment variable that names another address for it. */
  readonly hostVariable: string;
  /** How long a range one `fetch` may span. */
  spanMs(spec: SeriesSpec): number;
  /** The first stamp that the source can still give, as far as it is known. */
  earliestMs(spec: SeriesSpec): number;
  fetch(query: SourceQuery): Promise<readonly SourceObservation[]>;
  /** Of a source that tells as things happen, and answers no question: records until the signal fires. */
  readonly stream?: (hooks: StreamHooks, signal: AbortSignal) => Promise<void>;
};

export type SourceOptions = {
  /** Credentials and addresses by name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Default: 20 s. */
  readonly timeoutMs?: number;
  /** Times that a request is sent at most. Default: 4. */
  readonly maxAttempts?: number;
  /** Wait after the first failed attempt; it doubles. Default: 1 s. */
  readonly backoffMs?: number;
  /** Told before a request is sent again. */
  readonly onRetry?: (source: string, retry: Retry) => void;
};
