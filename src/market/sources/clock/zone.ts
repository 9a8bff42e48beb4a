/** @file Local clocks to UTC, by the zone's own history of offsets; hours that occur twice or never are understood. */
import { HOUR_MS, MINUTE_MS, TidemarkError } from "../../../core/index.ts";

/** Milliseconds that a zone's clocks are ahead of UTC, by UTC time. Offsets change on the half hour at the finest. */
class ZoneOffsets {
  readonly #format: Intl.DateTimeFormat;
  readonly #known = new Map<number, number>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  at(utcMs: number): number {
    const slot = Math.floor(utcMs / (30 * MINUTE_MS));
    let offset = this.#known.get(slot);
    if (offset === undefined) {
      offset = this.#measure(slot * 30 * MINUTE_MS);
      this.#known.set(slot, offset);
    }
    return offset;
  }

  #measure(utcMs: number): number {
    const part: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(utcMs)) part[type] = Number(value);
    const { year, month, day, hour, minute, second } = part as Record<
      "year" | "month" | "day" | "hour" | "minute" | "second",
      number
    >;
    return Date.UTC(year, month - 1, day, hour, minute, second) - utcMs;
  }
}

/** Throws USAGE_ARGUMENT for a name that is no zone. */
export function checkZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${zone}" is not a time zone`,
      fix: 'Write a name of the zone database, such as "America/New_York", "Europe/Berlin", "EET" or "Etc/GMT+5" (five hours behind UTC).',
    });
  }
}

export type ZonedTimes = {
  /** Rows of an hour that the clocks showed twice, read the second time. */
  readonly secondHour: number;
  /** Rows whose local time the zone's clocks never showed. */
  readonly skipped: number;
};

/**
 * Turns local times into UTC in place. Where clocks were put back an hour occurs twice: of two rows with one local time,
 * in the order of the file, the later is the second. Times must be oldest first but for that hour.
 */
export function localToUtc(timeMs: Float64Array, length: number, zone: string): ZonedTimes {
  const offsets = new ZoneOffsets(zone);
  let secondHour = 0;
  let skipped = 0;
  let before = -Infinity;
  for (let i = 0; i < length; i++) {
    const local = timeMs[i];
    const early = local - offsets.at(local - 15 * HOUR_MS);
    const late = local - offsets.at(local + 15 * HOUR_MS);
    const [first, second] = early < late ? [early, late] : [late, early];
    const isFirst = first + offsets.at(first) === local;
    const isSecond = second + offsets.at(second) === local;
    let utcMs = isFirst ? first : second;
    if (isFirst && isSecond && first !== second && first <= before) {
      utcMs = second;
      secondHour++;
    }
    if (!isFirst && !isSecond) skipped++;
    timeMs[i] = utcMs;
    before = utcMs;
  }
  return { secondHour, skipped };
}
