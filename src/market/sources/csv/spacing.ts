/** @file How long the bars of a file are: told by the usual distance between its rows. */
import { DAY_MS, formatTimeframe, type Timeframe, timeframeMs } from "../../../core/index.ts";
import { type Candles, pickCandles } from "../../candles.ts";
import { formatError } from "./problem.ts";

/** The given timeframe, which the rows must bear out, or the usual distance between rows. */
export function timeframeOf(
  path: string,
  candles: Candles,
  given: Timeframe | undefined,
  named: Timeframe | undefined,
): Timeframe {
  const spacingMs = usualSpacing(candles);
  if (spacingMs === undefined) {
    const known = given ?? named;
    if (known !== undefined) return known;
    throw formatError(path, "One row alone doesn't show how long its bar is", "Give the timeframe with `--timeframe`.");
  }
  const long = longerThanDays(candles, spacingMs);
  if (long !== undefined) {
    throw formatError(
      path,
      `The bars are a ${long} long; bars here have one fixed length`,
      "Import bars of a day or of a week; longer ones are made of them when they are loaded, such as 4w.",
    );
  }
  if (given !== undefined && timeframeMs(given) !== spacingMs) {
    throw formatError(
      path,
      `The rows are mostly ${spacingText(spacingMs)} apart, not ${given}`,
      "Give the timeframe that the file has; it can be resampled when it is loaded.",
    );
  }
  if (spacingMs % 1000 !== 0 || spacingMs > 9999 * 7 * DAY_MS) {
    throw formatError(
      path,
      `The rows are mostly ${spacingMs} ms apart, which is no timeframe`,
      "Check the column of times.",
    );
  }
  return formatTimeframe(spacingMs);
}

function spacingText(spacingMs: number): string {
  return spacingMs % 1000 === 0 ? formatTimeframe(spacingMs) : `${spacingMs} ms`;
}

/** Bars by the calendar: rows of months are 28 to 31 days apart, now so and now so. */
const CALENDAR_BARS = [
  ["month", 28, 31],
  ["quarter", 89, 93],
  ["year", 364, 367],
] as const;

function longerThanDays({ timeMs, length }: Candles, spacingMs: number): string | undefined {
  for (const [name, least, most] of CALENDAR_BARS) {
    if (spacingMs < least * DAY_MS || spacingMs > most * DAY_MS) continue;
    let fits = 0;
    const lengths = new Set<number>();
    for (let i = 1; i < length; i++) {
      const step = Math.abs(timeMs[i] - timeMs[i - 1]);
      lengths.add(step);
      if (step >= least * DAY_MS && step <= most * DAY_MS) fits++;
    }
    if (lengths.size > 1 && fits > 0.8 * (length - 1)) return name;
  }
  return undefined;
}

/** The commonest distance between neighboring times, or undefined where all rows have one time. */
function usualSpacing(candles: Candles): number | undefined {
  const times = inOrder(candles);
  const counts = new Map<number, number>();
  for (let i = 1; i < times.length; i++) {
    const spacing = times[i] - times[i - 1];
    if (spacing > 0) counts.set(spacing, (counts.get(spacing) ?? 0) + 1);
  }
  let best: number | undefined;
  let bestCount = 0;
  for (const [spacing, count] of counts) {
    if (best === undefined || count > bestCount || (count === bestCount && spacing < best)) {
      best = spacing;
      bestCount = count;
    }
  }
  return best;
}

function inOrder({ timeMs, length }: Candles): Float64Array {
  const times = timeMs.subarray(0, length);
  for (let i = 1; i < length; i++) if (times[i] < times[i - 1]) return times.slice().sort();
  return times;
}

/** Turns the rows round where most of them come before the row above. */
export function oldestFirst(candles: Candles): { candles: Candles; turned: boolean } {
  let falls = 0;
  let rises = 0;
  for (let i = 1; i < candles.length; i++) {
    if (candles.timeMs[i] < candles.timeMs[i - 1]) falls++;
    else if (candles.timeMs[i] > candles.timeMs[i - 1]) rises++;
  }
  if (falls <= rises) return { candles, turned: false };
  const order = Float64Array.from({ length: candles.length }, (_, i) => candles.length - 1 - i);
  return { candles: pickCandles(candles, order), turned: true };
}

/** Whether all times are the last moment of something: "23:59:59" or "59.999". Then they are those of the close. */
export function endsAtLastMoment({ timeMs, length }: Candles): number | undefined {
  for (const left of [1, 1000]) {
    let i = 0;
    while (i < length && (((timeMs[i] + left) % 60_000) + 60_000) % 60_000 === 0) i++;
    if (i === length && length > 0) return left;
  }
  return undefined;
}
