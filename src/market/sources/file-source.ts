/** @file Import: a file is read, checked as a whole, and only then stored with the contract that it is history of. */
import { basename } from "node:path";
import {
  formatMinute,
  InstrumentKind,
  type InstrumentOverrides,
  plainSymbol,
  TidemarkError,
} from "../../core/index.ts";
import { type Candles, firstDisorder } from "../candles.ts";
import { contractFor } from "../contract/birth.ts";
import { checkCandles } from "../quality/check.ts";
import { isUntouched, repairCandles } from "../quality/repair.ts";
import { type QualityReport, Verdict } from "../quality/report.ts";
import type { MergeCounts } from "../store/merge.ts";
import type { MarketStore } from "../store/store.ts";
import { ALWAYS_OPEN, calendarOf } from "./calendar.ts";
import { type CandleFile, type CandleFileOptions, readCandleFile } from "./csv/candle-file.ts";
import { type FundingFileOptions, readFundingFile } from "./csv/funding-file.ts";
import { formatError } from "./csv/problem.ts";
import type { Collected, CollectOptions, MarketSource } from "./source.ts";

type Target = {
  readonly path: string;
  /** The venue that the history is filed under. Default: "csv". */
  readonly venue?: string;
};

export type CandleFileSourceOptions = Target &
  Omit<CandleFileOptions, "keepImpossible" | "signal"> & {
    /** Rules of the contract that the file can't tell. Steps are read off the file where neither this nor the catalog has them. */
    readonly instrument?: InstrumentOverrides;
    /** Puts rows in order and leaves out doubled and impossible ones instead of refusing the file. */
    readonly repair?: boolean;
  };

const DEFAULT_VENUE = "csv";

/** One candle file. It is refused with DATA_FORMAT or DATA_QUALITY where it can't be trusted; then nothing is stored. */
export function candleFileSource(options: CandleFileSourceOptions): MarketSource {
  return { name: basename(options.path), collect: (store, run = {}) => importCandles(options, store, run) };
}

async function importCandles(
  options: CandleFileSourceOptions,
  store: MarketStore,
  { signal, onProgress }: CollectOptions,
): Promise<Collected[]> {
  const { path } = options;
  const file = await readCandleFile(path, {
    ...options,
    keepImpossible: options.repair === true,
    ...(signal === undefined ? {} : { signal }),
  });
  const venue = options.venue ?? DEFAULT_VENUE;
  const symbol = symbolOf(file.symbol, path);
  const calendar = options.instrument?.calendar ?? calendarOf(file.candles, file.timeframe);
  const { candles, notes } = usable(file, options, calendar);
  const quality = checkCandles(candles, file.timeframe, { calendar });
  if (quality.verdict === Verdict.unusable) throw qualityError(path, quality, false);
  const kind = options.instrument?.kind ?? store.instrument(venue, symbol)?.kind ?? InstrumentKind.perpetual;
  const key = { venue, symbol, kind, timeframe: file.timeframe };
  const known = store.instrument(venue, symbol, kind);
  const facts = { venue, symbol, kind, calendar, calendarFrom: "the days with bars" };
  const instrument = contractFor(facts, candles, known, options.instrument ?? {}, path);
  signal?.throwIfAborted();
  const counts = await store.mergeCandles(key, candles);
  await store.putInstruments([instrument]);
  onProgress?.({ label: basename(path), done: candles.length, total: candles.length, unit: "bars" });
  const calendarNotes = calendar === ALWAYS_OPEN ? [] : [`calendar: ${calendar}`];
  return [
    {
      key,
      venue,
      symbol,
      candles: counts,
      funding: none(),
      quality,
      notes: [...file.notes, ...notes, ...calendarNotes],
    },
  ];
}

export type FundingFileSourceOptions = Target & Omit<FundingFileOptions, "signal">;

/** One file of funding rates. It is refused with DATA_FORMAT where it can't be trusted; then nothing is stored. */
export function fundingFileSource(options: FundingFileSourceOptions): MarketSource {
  return {
    name: basename(options.path),
    collect: async (store, { signal, onProgress } = {}) => {
      const { path } = options;
      const file = await readFundingFile(path, { ...options, ...(signal === undefined ? {} : { signal }) });
      const venue = options.venue ?? DEFAULT_VENUE;
      const symbol = symbolOf(file.symbol, path);
      signal?.throwIfAborted();
      const funding = await store.mergeFunding(venue, symbol, file.funding);
      onProgress?.({ label: basename(path), done: file.funding.length, total: file.funding.length, unit: "stamps" });
      return [{ venue, symbol, candles: none(), funding, notes: file.notes }];
    },
  };
}

function none(): MergeCounts {
  return { added: 0, replaced: 0, unchanged: 0 };
}

function symbolOf(name: string | undefined, path: string): string {
  const symbol = name === undefined ? "" : plainSymbol(name);
  if (symbol !== "") return symbol;
  throw formatError(path, "Neither the file nor its name says which symbol it is of", "Give the symbol.");
}

function usable(
  file: CandleFile,
  options: CandleFileSourceOptions,
  calendar: string,
): { candles: Candles; notes: readonly string[] } {
  if (options.repair !== true) {
    if (firstDisorder(file.candles.timeMs, file.candles.length) >= 0) {
      throw qualityError(options.path, checkCandles(file.candles, file.timeframe, { calendar }), true);
    }
    return { candles: file.candles, notes: [] };
  }
  const repaired = repairCandles(file.candles);
  if (isUntouched(repaired)) return { candles: file.candles, notes: [] };
  const { impossible, duplicates, outOfOrder } = repaired;
  const note = `repaired: ${impossible} impossible and ${duplicates} doubled rows left out, ${outOfOrder} put in order`;
  return { candles: repaired.candles, notes: [note] };
}

function qualityError(path: string, { findings }: QualityReport, repairable: boolean): TidemarkError {
  const errors = findings.filter((finding) => finding.severity === "error");
  const [first] = errors;
  const example = first.examples[0];
  return new TidemarkError("DATA_QUALITY", {
    what:
      `The rows can't be used: ${errors.map((finding) => `${finding.count} ${finding.kind}`).join(", ")}; ` +
      `the first at ${formatMinute(example.tsMs)}: ${example.detail}`,
    where: path,
    fix: repairable
      ? "Ask for a repair to put rows in order and leave doubled ones out; nothing was stored."
      : "Import a more complete file; nothing was stored.",
  });
}
