/**
 * @file What is only known of a set as a whole: when its market is open, and what the check finds. Both are told by all that
 * is stored, not by the file that came last, and are kept beside the set.
 */
import { type Instrument, TidemarkError, timeframeMs } from "../../core/index.ts";
import type { Candles } from "../candles.ts";
import { checkCandles } from "../quality/check.ts";
import type { QualityReport } from "../quality/report.ts";
import { readFindings, writeFindings } from "../store/findings.ts";
import { type StoredKey, storedKeys } from "../store/list.ts";
import { kindOf, type SetKey } from "../store/paths.ts";
import type { MarketStore } from "../store/store.ts";
import { SessionDays } from "./calendar.ts";

export type SettledSet = {
  readonly key: SetKey;
  readonly report: QualityReport;
  readonly instrument: Instrument | undefined;
};

/** Looks at each touched set as a whole, corrects a guessed calendar, and keeps what the check finds beside it. */
export async function settleSets(
  store: MarketStore,
  keys: readonly SetKey[],
  signal?: AbortSignal,
  reportOf: (key: SetKey) => QualityReport | undefined = () => undefined,
): Promise<SettledSet[]> {
  const settled: SettledSet[] = [];
  for (const key of keys) {
    signal?.throwIfAborted();
    const before = store.instrument(key.venue, key.symbol, kindOf(key));
    // A file that is all there is of its market has told its days already.
    const isAlone = reportOf(key) !== undefined && setsOfMarket(store, key).length === 1;
    const instrument = isAlone ? before : await withCalendar(store, key);
    const known = instrument?.calendar === before?.calendar ? reportOf(key) : undefined;
    if (known === undefined) {
      settled.push({ key, report: checkStored(store, key, await store.readCandles(key), instrument), instrument });
    } else {
      writeFindings(store.root, key, { report: known });
      settled.push({ key, report: known, instrument });
    }
  }
  return settled;
}

/** Checks a stored set and keeps the report beside it. */
export function checkStored(
  store: MarketStore,
  key: SetKey,
  candles: Candles,
  instrument: Instrument | undefined,
  maxExamples?: number,
): QualityReport {
  const report = checkCandles(candles, key.timeframe, {
    calendar: instrument?.calendar ?? "24/7",
    quietBars: readFindings(store.root, key)?.emptyRows ?? 0,
    ...(maxExamples === undefined ? {} : { maxExamples }),
  });
  try {
    writeFindings(store.root, key, { report });
  } catch (thrown) {
    // A store that is only read is checked all the same.
    if (!(thrown instanceof TidemarkError)) throw thrown;
  }
  return report;
}

function setsOfMarket(store: MarketStore, key: SetKey): StoredKey[] {
  return storedKeys(store.root).filter(
    (other) => other.venue === key.venue && other.symbol === key.symbol && other.kind === kindOf(key),
  );
}

/** The contract with the calendar that all stored sets of its market show, unless a user or a venue has said it. */
async function withCalendar(store: MarketStore, key: SetKey): Promise<Instrument | undefined> {
  const known = store.instrument(key.venue, key.symbol, kindOf(key));
  if (known?.guessed?.calendar === undefined) return known;
  const days = new SessionDays();
  for (const set of setsOfMarket(store, key).toSorted((a, b) => timeframeMs(b.timeframe) - timeframeMs(a.timeframe))) {
    const times = await store.readTimes(set);
    days.add(times, times.length, set.timeframe);
  }
  const calendar = days.calendar();
  if (calendar === undefined || calendar === known.calendar) return known;
  const corrected = { ...known, calendar, guessed: { ...known.guessed, calendar: CALENDAR_FROM } };
  await store.putInstruments([corrected]);
  return corrected;
}

export const CALENDAR_FROM = "the days with bars";
