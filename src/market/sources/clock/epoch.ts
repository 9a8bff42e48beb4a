/**
 * @file Numbers that count from another year than 1970. Computers of Apple count from 2001, receivers of satellites from
 * 1980: such times are read as of long ago, and their weekends fall on other days.
 */
import { DAY_MS } from "../../../core/index.ts";

/** Bitcoin's first block: no market was open on all days of the week before. */
const FIRST_ALWAYS_OPEN_MS = Date.UTC(2009, 0, 3);
/** Counts that begin at zero are made up. */
const LEAST_MS = Date.UTC(1971, 0, 1);
/** Fewer weeks show nothing. */
const LEAST_WEEKS = 3;

/** Why times that were counted can't be, in words, or undefined where nothing speaks against them. */
export function epochFault(timeMs: Float64Array, length: number): string | undefined {
  const days = new Set<number>();
  for (let i = 0; i < length; i++) days.add(Math.floor(timeMs[i] / DAY_MS));
  const byWeekday = [0, 0, 0, 0, 0, 0, 0];
  // 1970-01-01 was a Thursday: 0 is a Monday here.
  for (const day of days) byWeekday[(((day + 3) % 7) + 7) % 7]++;
  const weeks = Math.max(...byWeekday);
  if (weeks < LEAST_WEEKS || timeMs[0] < LEAST_MS) return undefined;
  const isOpen = byWeekday.map((count) => count >= weeks / 2);
  if (!isOpen[5] || !isOpen[6]) return undefined;
  const closed = isOpen.slice(0, 5).filter((open) => !open).length;
  if (closed === 2) return "The times have bars on Saturdays and Sundays and none on two other days of the week";
  return closed === 0 && timeMs[0] < FIRST_ALWAYS_OPEN_MS
    ? `The times are of ${new Date(timeMs[0]).getUTCFullYear()} and of all days of the week, when no market was open on all of them`
    : undefined;
}
