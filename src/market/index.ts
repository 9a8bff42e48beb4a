export {
  availableAfter,
  SERIES,
  type SeriesSpec,
  SOURCES,
  seriesPlace,
  seriesSpec,
  sourceTerms,
  staleAge,
} from "../venues/choices.ts";
export { type AlignOptions, tapeFromCandles } from "./align.ts";
export { type Backfilled, backfillSeries, backfillWindows } from "./alternative/backfill.ts";
export { checkSeries, type SeriesFinding } from "./alternative/check.ts";
export {
  type AlternativeColumns,
  copyCell,
  type JoinedSeries,
  MISSING_AGE,
  mapColumns,
  missingColumns,
  readCell,
  writeCell,
} from "./alternative/columns.ts";
export type { StoredSeries } from "./alternative/describe.ts";
export { COIN_METRICS, type CsvAsked, type CsvRead } from "./alternative/files/csv-file.ts";
export type { FileSeries } from "./alternative/files/file-series.ts";
export { readSeriesFile } from "./alternative/files/read-file.ts";
export {
  type HeadlineCounts,
  type HeadlineScore,
  HeadlineStore,
  type ScoredHeadline,
  type StoredHeadline,
  writeScoredHeadlines,
} from "./alternative/headlines.ts";
export {
  AlternativeReader,
  joinAlternative,
  joinedSeries,
  keyOf,
  readSeries,
  type SeriesRows,
  streamAlternative,
  unpromotable,
} from "./alternative/join.ts";
export { AlternativeStore, MARKET_KEY, type PutCounts } from "./alternative/store.ts";
export { AsOf, type Observation, type Vintages } from "./alternative/vintages.ts";
export { Watched } from "./alternative/watched.ts";
export { type Gap, look, missedSince, type Watch } from "./alternative/watcher.ts";
export {
  type CandleRow,
  type Candles,
  candlesBetween,
  candlesFromRows,
  createCandles,
  createFunding,
  type FundingRates,
  type SymbolHistory,
} from "./candles.ts";
export { guessText } from "./contract/birth.ts";
export { rateAt } from "./currency.ts";
export { type LoadOptions, loadTape } from "./load.ts";
export {
  emptyMarks,
  keepBasis,
  MARK_COLUMNS,
  type MarkColumns,
  mapMarks,
  markColumns,
  markNotes,
  readMark,
  withBasis,
  withoutMarks,
  writeMark,
} from "./mark.ts";
export { type CheckOptions, checkCandles } from "./quality/check.ts";
export { type GridOf, gridNotes } from "./quality/grid.ts";
export { isUntouched, type Repaired, repairCandles, repairText } from "./quality/repair.ts";
export { type Finding, type FindingExample, FindingKind, type QualityReport, Verdict } from "./quality/report.ts";
export {
  isMultiple,
  isWithoutTrades,
  type ResampleCounts,
  type ResampleOptions,
  resampleCandles,
  resampleCounted,
} from "./resample.ts";
export { Session, sessionOf } from "./session.ts";
export { appendBar, dropRows, growableTape, joinTapes, sliceTape, tapePart, tapesBeside } from "./slice.ts";
export { ImportClaims } from "./sources/claims.ts";
export { type CandleFileSourceOptions, candleFileSource } from "./sources/file-source.ts";
export { type FundingFileSourceOptions, fundingFileSource } from "./sources/funding-source.ts";
export { type MarkFileSourceOptions, markFileSource } from "./sources/mark-source.ts";
export { checkStored, type SettledSet, settleSets } from "./sources/settle.ts";
export type { Collected, CollectOptions, MarketSource } from "./sources/source.ts";
export { syntheticSource } from "./sources/synthetic-source.ts";
export { type VenueSourceOptions, venueSource } from "./sources/venue-source.ts";
export { listSets, type StoredKey, type StoredSet, storedKeys } from "./store/list.ts";
export type { MergeCounts } from "./store/merge.ts";
export type { SetKey } from "./store/paths.ts";
export { MarketStore, type StoreOptions } from "./store/store.ts";
export { type StreamOptions, streamTape, type TapeStream, tapeInPieces } from "./stream.ts";
export { type EdgeOption, EdgeSignal } from "./synthetic/edge.ts";
export { type SyntheticOptions, syntheticMarket, syntheticTape } from "./synthetic/market.ts";
export { SYNTHETIC_SYMBOLS, SYNTHETIC_VENUE } from "./synthetic/profile.ts";
export { createTape, type MarketTape } from "./tape.ts";
export type { TapeRange } from "./tape-range.ts";
