/** @file The catalog of alternative series as data: a second door, that loads no client and no network. */
export {
  availableAfter,
  SERIES,
  type SeriesSpec,
  SOURCES,
  seriesPlace,
  seriesSpec,
  sourceTerms,
  staleAge,
} from "./alternative/series.ts";
