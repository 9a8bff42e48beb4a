/** @file Alternative series as the assistant tells them: what was known at a time, with what must be said beside it. */
import type { AlternativeReading } from "../../assistant/index.ts";
import { WEEK_MS, YEAR_MS } from "../../core/index.ts";
import {
  AlternativeStore,
  AsOf,
  MARKET_KEY,
  SERIES,
  type SeriesSpec,
  sourceTerms,
  staleAge,
  type Vintages,
} from "../../market/index.ts";

/** Longer than any history. */
const LONG_MS = 1_000 * YEAR_MS;

/** The newest observation of a series that was available at `nowMs`, and the one that was known a week before; null where none was. */
function readingOf(spec: SeriesSpec, key: string, rows: Vintages, nowMs: number): AlternativeReading | null {
  // Staleness is told, not hidden: the cursor is asked without its limit of age.
  const cursor = new AsOf(rows, { ...spec, cadenceMs: LONG_MS });
  cursor.advance(nowMs - WEEK_MS);
  const before = cursor.age < 0 ? null : { value: cursor.value };
  cursor.advance(nowMs);
  if (cursor.age < 0) return null;
  const eventMs = nowMs - cursor.age;
  const row = lastRow(rows, eventMs, nowMs);
  return {
    id: spec.id,
    key: key === MARKET_KEY ? null : key,
    about: spec.about,
    unit: spec.unit,
    value: cursor.value,
    eventMs,
    availableMs: rows.availableMs[row],
    ageMs: cursor.age,
    isStale: cursor.age > staleAge(spec),
    isRecorded: rows.recorded[row] === 1,
    mayChange: spec.revised !== "never",
    before,
    terms: sourceTerms(spec.source).licence,
  };
}

/** The row of an event in the revision that was known. */
function lastRow({ length, eventMs, availableMs, revision }: Vintages, wantedMs: number, nowMs: number): number {
  let found = -1;
  for (let i = 0; i < length; i++) {
    if (eventMs[i] !== wantedMs || availableMs[i] > nowMs) continue;
    if (found < 0 || revision[i] >= revision[found]) found = i;
  }
  return found;
}

/** Every stored series as of a time. Rejects with STORE_CORRUPT. */
export async function storedReadings(root: string, nowMs: number): Promise<AlternativeReading[]> {
  const store = new AlternativeStore(root);
  const found: AlternativeReading[] = [];
  for (const spec of SERIES) {
    for (const key of store.keys(spec)) {
      const reading = readingOf(spec, key, await store.read(spec, key), nowMs);
      if (reading !== null) found.push(reading);
    }
  }
  return found;
}
