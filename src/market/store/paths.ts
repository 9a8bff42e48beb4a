/** @file Where the store keeps what: one folder a candle set, one file a month. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { formatMonth, InstrumentKind, monthBounds, TidemarkError, type Timeframe } from "../../core/index.ts";

/** What names a candle set. */
export type SetKey = {
  readonly venue: string;
  /** Plain form, such as "BTCUSDT". */
  readonly symbol: string;
  /** Default: perpetual. A venue has spot and perpetual of one symbol beside each other. */
  readonly kind?: InstrumentKind;
  readonly timeframe: Timeframe;
};

/** A set's candles, or the mark prices beside them. */
export type SeriesKey = SetKey & { readonly price?: "mark" };

/** Between a symbol and its kind in a folder's name; no symbol has it. */
const KIND_MARK = "@";

const MONTH_FILE = /^(\d{4})-(\d{2})\.parquet$/;

export function setFolder(root: string, key: SeriesKey): string {
  return join(
    root,
    key.price === "mark" ? "marks" : "candles",
    checkedName(key.venue),
    symbolFolder(key.symbol, kindOf(key)),
    key.timeframe,
  );
}

export function kindOf(key: Pick<SetKey, "kind">): InstrumentKind {
  return key.kind ?? InstrumentKind.perpetual;
}

/** "BTCUSDT" for the perpetual, "BTCUSDT@spot" for any other kind. */
export function symbolFolder(symbol: string, kind: InstrumentKind): string {
  const name = checkedName(symbol);
  return kind === InstrumentKind.perpetual ? name : `${name}${KIND_MARK}${kind}`;
}

/** Symbol and kind that a folder is named after, or undefined for a folder of another kind of thing. */
export function folderSymbol(name: string): { symbol: string; kind: InstrumentKind } | undefined {
  const [symbol, text] = name.split(KIND_MARK, 2);
  const kind = text === undefined ? InstrumentKind.perpetual : Object.values(InstrumentKind).find((k) => k === text);
  return kind === undefined ? undefined : { symbol, kind };
}

export function monthFile(root: string, key: SeriesKey, month: string): string {
  return join(setFolder(root, key), `${month}.parquet`);
}

export function fundingFile(root: string, venue: string, symbol: string): string {
  return join(root, "funding", checkedName(venue), `${checkedName(symbol)}.parquet`);
}

export function contractsFile(root: string): string {
  return join(root, "contracts.json");
}

/** Months ("2025-07") that a candle set has files for, rising; those that touch `[fromMs, toMs)`. */
export function storedMonths(root: string, key: SeriesKey, fromMs = -Infinity, toMs = Infinity): string[] {
  return folderNames(setFolder(root, key))
    .filter((name) => MONTH_FILE.test(name))
    .map((name) => name.slice(0, 7))
    .filter((month) => {
      const [startMs, endMs] = monthBounds(Date.parse(`${month}-01T00:00:00Z`));
      return endMs > fromMs && startMs < toMs;
    })
    .sort();
}

/** The month of a time, as a file is named. Years outside four digits have no file. */
export function monthOf(tsMs: number): string {
  return formatMonth(tsMs);
}

/** Sorted names in a folder; none where there is no folder. */
export function folderNames(path: string): string[] {
  return existsSync(path) ? readdirSync(path).sort() : [];
}

/** Venues and symbols become folder names: they may not lead out of the store. */
function checkedName(name: string): string {
  if (!/^[0-9A-Za-z][0-9A-Za-z._-]*$/.test(name)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${name}" can't name a venue or a symbol`,
      fix: "Use letters, digits, dots and dashes.",
    });
  }
  return name;
}
