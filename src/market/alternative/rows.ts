/** @file Rows of a series as they are stored, and what becomes of new observations beside them. */
import { availableAfter, type SeriesSpec } from "../../venues/choices.ts";
import type { Observation } from "./vintages.ts";

/** Times in UTC milliseconds; `published` is -1 where the source doesn't say, `recorded` 1 where our own clock saw it come. */
export type Row = [
  event: number,
  published: number,
  seen: number,
  available: number,
  revision: number,
  recorded: number,
  value: number,
];

/**
 * Adds what is new or changed to the rows; nothing is taken away. What was known before the stored value was seen is refused:
 * behind it, it would look like a correction.
 */
export function addRows(
  rows: Row[],
  fresh: readonly Observation[],
  spec: SeriesSpec,
  seenMs: number,
  recorded: boolean,
  counts: { added: number; revised: number; unchanged: number; refused: number },
): void {
  const latest = new Map<number, Row>();
  for (const row of rows) {
    const known = latest.get(row[0]);
    if (known === undefined || row[4] > known[4]) latest.set(row[0], row);
  }
  for (const { eventMs, publishedMs, value } of fresh) {
    const known = latest.get(eventMs);
    if (known?.[6] === value) {
      counts.unchanged++;
      continue;
    }
    if (known !== undefined && seenMs < known[2]) {
      counts.refused++;
      continue;
    }
    const published = publishedMs ?? -1;
    const seenFrom = Math.max(seenMs, published);
    const available =
      known !== undefined
        ? Math.max(seenFrom, known[3])
        : recorded
          ? seenFrom
          : // Nobody knew what was published later than it usually is.
            Math.max(availableAfter(spec, eventMs), published);
    const row: Row = [
      eventMs,
      published,
      seenMs,
      available,
      known === undefined ? 0 : known[4] + 1,
      recorded || known !== undefined ? 1 : 0,
      value,
    ];
    latest.set(eventMs, row);
    rows.push(row);
    if (known === undefined) counts.added++;
    else counts.revised++;
  }
}
