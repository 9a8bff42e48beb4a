/** @file Where history comes from: a venue, a file, the synthetic market. All of them put it into the store the same way. */
import type { Instrument, ProgressListener } from "../../core/index.ts";
import type { QualityReport } from "../quality/report.ts";
import type { MergeCounts } from "../store/merge.ts";
import type { SetKey } from "../store/paths.ts";
import type { MarketStore } from "../store/store.ts";

export type CollectOptions = {
  /** Stops the work; what was collected whole is stored first. */
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  /** Takes what a source is about to do to the data, before it does it. */
  readonly onNote?: (note: string) => void;
};

/** What a source did for one symbol. */
export type Collected = {
  /** The candle set, or undefined where the source had no candles. */
  readonly key?: SetKey;
  readonly venue: string;
  readonly symbol: string;
  readonly candles: MergeCounts;
  readonly funding: MergeCounts;
  /** Mark prices, where they were asked for. */
  readonly marks?: MergeCounts;
  /** Of the candles that came, where the source judges them as a whole. */
  readonly quality?: QualityReport;
  /** The contract that the history is of, with what was guessed of it. */
  readonly instrument?: Instrument;
  /** What was detected and decided on the way, for people. */
  readonly notes: readonly string[];
  /** What a user has to know before using the data. */
  readonly warnings?: readonly string[];
};

export type MarketSource = {
  /** For messages, such as "bybit" or "BTCUSDT-5m.csv". */
  readonly name: string;
  /** Puts the history into the store. Rejects with an error of the catalog. */
  collect(store: MarketStore, options?: CollectOptions): Promise<Collected[]>;
};
