/**
 * @file Signs that times are a local clock's: an hour twice in autumn, none in spring, on the very days on which clocks
 * change in Europe and America.
 */
import { DAY_MS, formatMinute, HOUR_MS } from "../../../core/index.ts";

export type ClockChange = {
  /** Local time of the hour. */
  readonly tsMs: number;
  readonly isDoubled: boolean;
  /** Names to try, by the rule that fits. */
  readonly zones: readonly string[];
};

/**
 * The first hour that is doubled, or missing, where clocks change; undefined where none is. Times in the order of the
 * file, oldest first.
 */
export function findClockChange(timeMs: Float64Array, length: number, barMs: number): ClockChange | undefined {
  if (barMs > HOUR_MS || HOUR_MS % barMs !== 0) return undefined;
  let missing: ClockChange | undefined;
  for (let i = 1; i < length; i++) {
    const step = timeMs[i] - timeMs[i - 1];
    // With bars of an hour the doubled hour is a stamp that comes again; with shorter ones the clock jumps back.
    if (step <= 0 && step === barMs - HOUR_MS) {
      const zones = backZones(timeMs[i]);
      if (zones.length > 0) return { tsMs: timeMs[i], isDoubled: true, zones };
    } else if (step === barMs + HOUR_MS) {
      const zones = forwardZones(timeMs[i - 1] + barMs);
      if (zones.length > 0) missing ??= { tsMs: timeMs[i - 1] + barMs, isDoubled: false, zones };
    }
  }
  return missing;
}

export function changeText({ tsMs, isDoubled }: ClockChange): string {
  return `the hour of ${formatMinute(tsMs)} is ${isDoubled ? "there twice" : "missing"} on a day on which clocks change: the times seem to be local`;
}

const AMERICA = ["America/New_York", "America/Chicago", "America/Los_Angeles"];

/** Clocks go back on the last Sunday of October in Europe and on the first Sunday of November in America. */
function backZones(tsMs: number): readonly string[] {
  const date = new Date(tsMs);
  if (date.getUTCDay() !== 0) return [];
  const [month, day, hour] = [date.getUTCMonth(), date.getUTCDate(), date.getUTCHours()];
  if (month === 9 && day > 24) return EUROPE_BACK[hour] ?? [];
  return month === 10 && day <= 7 && hour === 1 ? AMERICA : [];
}

/** Forward on the last Sunday of March, and on the second one. */
function forwardZones(tsMs: number): readonly string[] {
  const date = new Date(Math.floor(tsMs / HOUR_MS) * HOUR_MS);
  if (date.getUTCDay() !== 0 || date.getUTCMonth() !== 2) return [];
  const [day, hour] = [date.getUTCDate(), date.getUTCHours()];
  if (new Date(tsMs + 7 * DAY_MS).getUTCMonth() !== 2) return EUROPE_FORWARD[hour] ?? [];
  return day >= 8 && day <= 14 && hour === 2 ? AMERICA : [];
}

/** By the local hour that is doubled. */
const EUROPE_BACK: Readonly<Record<number, readonly string[]>> = {
  1: ["Europe/London"],
  2: ["Europe/Berlin"],
  3: ["Europe/Athens"],
};
/** By the local hour that is missing. */
const EUROPE_FORWARD: Readonly<Record<number, readonly string[]>> = {
  1: ["Europe/London"],
  2: ["Europe/Berlin"],
  3: ["Europe/Athens"],
};
