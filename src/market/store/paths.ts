/** @file Where the store keeps what: one folder a candle set, one file a month. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { formatMonth, monthBounds, TidemarkError, type Timeframe } from "../../core/index.ts";

/** What names a candle set. */
export type SetKey = {
  readonly venue: string;
  /** Plain form, such as "BTCUSDT". */
  readonly symbol: string;
  readonly timeframe: Timeframe;
};

const MONTH_FILE = /^(\d{4})-(\d{2})\.parquet$/;

export function setFolder(root: string, key: SetKey): string {
  return join(root, "candles", checkedName(key.venue), checkedName(key.symbol), key.timeframe);
}

export function monthFile(root: string, key: SetKey, month: string): string {
  return join(setFolder(root, key), `${month}.parquet`);
}

export function fundingFile(root: string, venue: string, symbol: string): string {
  return join(root, "funding", checkedName(venue), `${checkedName(symbol)}.parquet`);
}

export function contractsFile(root: string): string {
  return join(root, "contracts.json");
}

/** Months ("2025-07") that a candle set has files for, rising; those that touch `[fromMs, toMs)`. */
export function storedMonths(root: string, key: SetKey, fromMs = -Infinity, toMs = Infinity): string[] {
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
