/** @file Alternative series for what is computed: read from the store, joined to a tape, or told to a running session. */
import { type FeatureSelection, selectionSeries } from "../../features/index.ts";
import {
  AlternativeReader,
  AlternativeStore,
  joinAlternative,
  type MarketTape,
  readSeries,
} from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

/**
 * The tape with the series that the features read; the same tape where they read none. Series that aren't stored are
 * missing in every bar, which is said and stops nothing.
 */
export async function withAlternative(
  context: AppContext,
  config: Config,
  selection: FeatureSelection,
  tape: MarketTape,
): Promise<MarketTape> {
  const ids = selectionSeries(selection);
  if (ids.length === 0 || tape.alternative !== undefined) return tape;
  const series = await readSeries(new AlternativeStore(dataRoot(config)), ids, tape.instruments);
  const absent = series.filter(({ rows }) => rows.every((own) => own === undefined)).map(({ spec }) => spec.id);
  if (absent.length > 0) {
    context.warn(`${absent.join(", ")}: not stored; features of it are 0 and say that it is missing.`);
  }
  return joinAlternative(tape, series);
}

/** `[S]` of `[value, age, ...]` at a close, read anew from the store: others add to it while a session runs. */
export async function alternativeAt(
  config: Config,
  ids: readonly string[],
  { instruments }: Pick<MarketTape, "instruments">,
  closeMs: number,
): Promise<number[][]> {
  const series = await readSeries(new AlternativeStore(dataRoot(config)), ids, instruments);
  const reader = new AlternativeReader(series, instruments.length);
  return instruments.map((_, s) => Array.from(reader.at(s, closeMs)));
}
