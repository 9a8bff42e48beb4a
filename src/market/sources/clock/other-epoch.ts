/** @file Times that count from a day that the user says, and what a file shows of one that nobody has said. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import { DAY_MS, formatDay, TidemarkError } from "../../../core/index.ts";
import { TimeUnit } from "../csv/time.ts";

/** What counts begin with where nothing else is said. */
const USUAL_MS = 0;
const SPREADSHEET_MS = Date.UTC(1899, 11, 30);

/**
 * Milliseconds to add to times that were read as counted from the usual day of their unit.
 * @param epoch such as "1904-01-01"; throws USAGE_ARGUMENT for what is no day
 */
export function epochShiftMs(epoch: string, unit: TimeUnit): number {
  const startMs = /^\d{4}-\d{2}-\d{2}$/.test(epoch) ? Date.parse(`${epoch}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(startMs)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${epoch}" is not a day that times could count from`,
      fix: "Write it as year, month and day, such as `--epoch 1904-01-01`.",
    });
  }
  return startMs - (unit === TimeUnit.excel ? SPREADSHEET_MS : USUAL_MS);
}

/** A year, or a year with month and day, that stands by itself in a name. */
const NAMED_YEAR = /(?<![A-Za-z\d])((?:19|20)\d\d)(?:[-_.]?\d\d){0,2}(?![A-Za-z\d])/g;

/** What a file's name or its age says against times that were counted, or undefined. Times are in order. */
export function epochDoubt(path: string, timeMs: Float64Array, length: number, unit: TimeUnit): string | undefined {
  const [firstMs, lastMs] = [timeMs[0], timeMs[length - 1]];
  const advice = `if they count from another day, say it with \`--epoch\`${unit === TimeUnit.excel ? ", such as 1904-01-01" : ""}`;
  const named = [...basename(path).matchAll(NAMED_YEAR)].map(([, year]) => Number(year));
  const [first, last] = [new Date(firstMs).getUTCFullYear(), new Date(lastMs).getUTCFullYear()];
  if (named.length > 0 && (last < Math.min(...named) || first > Math.max(...named))) {
    return `the file's name says ${Math.min(...named)} and its times are of ${formatDay(firstMs)} to ${formatDay(lastMs)}: ${advice}`;
  }
  const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
  if (lastMs <= writtenMs + DAY_MS) return undefined;
  return `its times go to ${formatDay(lastMs)}, and the file was written on ${formatDay(writtenMs)}: ${advice}`;
}
