/**
 * @file History of a venue: only what the store lacks is asked for, page by page, and kept in portions, so that a fetch
 * that is stopped at any point goes on where it was. A bar that is not finished by the venue's own clock is never kept.
 */
import {
  barOpen,
  formatDay,
  isMargined,
  type ProgressListener,
  plainSymbol,
  TidemarkError,
  type Timeframe,
  timeframeMs,
} from "../../core/index.ts";
import type { HistoryVenue } from "../../venues/index.ts";
import { CandleBuilder, type Candles, createFunding } from "../candles.ts";
import { snapFunding } from "../funding-grid.ts";
import { addCounts, type MergeCounts } from "../store/merge.ts";
import type { SetKey } from "../store/paths.ts";
import type { MarketStore } from "../store/store.ts";
import { missingSpans, requestWindows, type Span } from "./missing.ts";
import { settleSets } from "./settle.ts";
import type { Collected, CollectOptions, MarketSource } from "./source.ts";
import { collectMarks } from "./venue-marks.ts";

export type VenueSourceOptions = {
  readonly venue: HistoryVenue;
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  /** Open time of the first bar wanted. */
  readonly fromMs: number;
  /** First open time not wanted. Default: all that is finished. */
  readonly toMs?: number;
  /** Fetch funding rates as well. Default: true. */
  readonly funding?: boolean;
  /** Fetch mark prices of contracts on margin as well, where the venue has them. Default: true. */
  readonly marks?: boolean;
};

/** Pages that are kept in memory before they are stored. */
const PAGES_PER_PORTION = 10;

export function venueSource(options: VenueSourceOptions): MarketSource {
  return {
    name: options.venue.name,
    collect: (store, run = {}) => collectAll(options, store, run),
  };
}

/** Symbols go side by side; the first failure stops the others, which store what they have. */
async function collectAll(options: VenueSourceOptions, store: MarketStore, run: CollectOptions): Promise<Collected[]> {
  const stop = new AbortController();
  const signal = run.signal === undefined ? stop.signal : AbortSignal.any([run.signal, stop.signal]);
  signal.throwIfAborted();
  const nowMs = await options.venue.serverTimeMs(signal);
  const symbols = [...new Set(options.symbols.map(plainSymbol))];
  const results = await Promise.allSettled(
    symbols.map(async (symbol) => {
      try {
        return await new SymbolFetch(options, store, symbol, nowMs, signal, run.onProgress).collect();
      } catch (thrown) {
        if (!stop.signal.aborted) stop.abort(thrown);
        throw thrown;
      }
    }),
  );
  run.signal?.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason as Error;
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

class SymbolFetch {
  readonly #options: VenueSourceOptions;
  readonly #venue: HistoryVenue;
  readonly #store: MarketStore;
  readonly #symbol: string;
  /** The kind is the venue's word, known when the contract has been asked for. */
  #key: SetKey;
  readonly #barMs: number;
  readonly #fromMs: number;
  /** First open time that is not wanted or whose bar is not finished. */
  readonly #endMs: number;
  readonly #signal: AbortSignal;
  readonly #onProgress: ProgressListener | undefined;
  readonly #counts: MergeCounts = { added: 0, replaced: 0, unchanged: 0 };
  #portion = new CandleBuilder();
  #pages = 0;

  constructor(
    options: VenueSourceOptions,
    store: MarketStore,
    symbol: string,
    nowMs: number,
    signal: AbortSignal,
    onProgress: ProgressListener | undefined,
  ) {
    this.#options = options;
    this.#venue = options.venue;
    this.#store = store;
    this.#symbol = symbol;
    this.#key = { venue: options.venue.name, symbol, timeframe: options.timeframe };
    this.#barMs = timeframeMs(options.timeframe);
    this.#fromMs = barOpen(options.fromMs + this.#barMs - 1, this.#barMs);
    this.#endMs = barOpen(
      Math.min(options.toMs === undefined ? nowMs : options.toMs + this.#barMs - 1, nowMs),
      this.#barMs,
    );
    this.#signal = signal;
    this.#onProgress = onProgress;
  }

  async collect(): Promise<Collected> {
    const instrument = await this.#venue.instrument(this.#symbol, this.#signal);
    this.#key = { ...this.#key, kind: instrument.kind };
    await this.#store.putInstruments([instrument]);
    await this.#collectCandles();
    const wantsFunding = this.#options.funding !== false && instrument.fundingIntervalHours !== undefined;
    const funding = wantsFunding ? await this.#collectFunding() : { added: 0, replaced: 0, unchanged: 0 };
    const marks =
      this.#options.marks !== false && isMargined(instrument.kind)
        ? await collectMarks(this.#venue, this.#store, {
            key: this.#key,
            fromMs: this.#fromMs,
            endMs: this.#endMs,
            signal: this.#signal,
            onProgress: this.#onProgress,
          })
        : undefined;
    const { venue, symbol } = this.#key;
    await settleSets(this.#store, [this.#key], this.#signal);
    return {
      key: this.#key,
      venue,
      symbol,
      candles: this.#counts,
      funding,
      ...(marks === undefined ? {} : { marks: marks.counts }),
      instrument,
      notes: marks?.notes ?? [],
    };
  }

  async #collectCandles(): Promise<void> {
    const stored = await this.#store.readTimes(this.#key);
    let spans = missingSpans(stored, this.#fromMs, this.#endMs, this.#barMs);
    if (spans.length === 0) return this.#report(0, 0);
    const total = barsOf(spans, this.#barMs);
    this.#report(0, total);
    let found = stored.length;
    try {
      for (let probed = false; ; ) {
        const windows = requestWindows(spans, this.#barMs, this.#venue.maxCandles);
        if (windows.length === 0) break;
        const [window] = windows;
        const count = await this.#fetchWindow(window);
        found += count;
        spans = spansAfter(spans, window.toMs);
        if (count === 0 && !probed && spans.length > 0) {
          // Nothing in the first window: ask once where the history begins instead of walking there.
          probed = true;
          const firstMs = await this.#firstBarMs(window.toMs);
          spans = firstMs === undefined ? [] : spansAfter(spans, firstMs);
        }
        probed ||= count > 0;
        this.#report(total - barsOf(spans, this.#barMs), total);
      }
    } finally {
      await this.#storePortion();
    }
    if (found === 0) throw this.#nothing();
  }

  /** Asks for one window and keeps its finished bars; returns how many the venue had. */
  async #fetchWindow({ fromMs, toMs }: Span): Promise<number> {
    const { symbol, timeframe } = this.#key;
    const candles = await this.#venue.candles({ symbol, timeframe, fromMs, toMs, signal: this.#signal });
    for (const candle of candles) {
      if (candle[0] >= fromMs && candle[0] + this.#barMs <= this.#endMs) this.#portion.push(...candle);
    }
    if (++this.#pages % PAGES_PER_PORTION === 0) await this.#storePortion();
    return candles.length;
  }

  async #firstBarMs(fromMs: number): Promise<number | undefined> {
    const query = { symbol: this.#symbol, fromMs, toMs: this.#endMs, signal: this.#signal };
    const firstMs = await this.#venue.firstCandleMs(query);
    return firstMs === undefined ? undefined : barOpen(firstMs, this.#barMs);
  }

  async #storePortion(): Promise<void> {
    const candles: Candles = this.#portion.candles();
    if (candles.length === 0) return;
    this.#portion = new CandleBuilder();
    addCounts(this.#counts, await this.#store.mergeCandles(this.#key, candles));
  }

  /** Rates before and after the stored ones. They are stored together, so that the stored ones never have a hole. */
  async #collectFunding(): Promise<MergeCounts> {
    const { venue, symbol } = this.#key;
    const stored = await this.#store.readFunding(venue, symbol);
    const toMs = this.#endMs + this.#barMs;
    const spans: Span[] =
      stored.length === 0
        ? [{ fromMs: this.#fromMs, toMs }]
        : [
            { fromMs: this.#fromMs, toMs: stored.timeMs[0] },
            { fromMs: stored.timeMs[stored.length - 1] + 1, toMs },
          ];
    const rates = [];
    for (const span of spans) {
      if (span.fromMs < span.toMs)
        rates.push(...(await this.#venue.funding({ symbol, ...span, signal: this.#signal })));
    }
    const funding = createFunding(rates.length);
    for (let i = 0; i < rates.length; i++) {
      funding.timeMs[i] = rates[i].timeMs;
      funding.rate[i] = rates[i].rate;
    }
    const contract = this.#store.instrument(venue, symbol, this.#key.kind);
    return this.#store.mergeFunding(venue, symbol, snapFunding(funding, contract, `${venue} ${symbol}`).funding);
  }

  #report(done: number, total: number): void {
    this.#onProgress?.({ label: `${this.#symbol} ${this.#key.timeframe}`, done, total, unit: "bars" });
  }

  #nothing(): TidemarkError {
    return new TidemarkError("DATA_MISSING", {
      what: `${this.#venue.name} has no finished ${this.#key.timeframe} candle of ${this.#symbol} from ${formatDay(this.#fromMs)} to ${formatDay(this.#endMs)}`,
      where: this.#symbol,
      fix: "Choose another range or symbol.",
    });
  }
}

/** What is left of the spans from `fromMs` on. */
function spansAfter(spans: readonly Span[], fromMs: number): Span[] {
  return spans
    .filter((span) => span.toMs > fromMs)
    .map((span) => ({ fromMs: Math.max(span.fromMs, fromMs), toMs: span.toMs }));
}

function barsOf(spans: readonly Span[], barMs: number): number {
  return spans.reduce((sum, span) => sum + Math.ceil((span.toMs - span.fromMs) / barMs), 0);
}
