/** @file Values of replies, as several sources write them. */
import { z } from "zod";
import type { SourceObservation, SourceQuery } from "./source.ts";

/** A number, or the text of one. */
export const numeric = z.union([
  z.number(),
  z
    .string()
    .regex(/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/, "a number is expected")
    .transform(Number),
]);

/** Unix seconds as milliseconds. */
export const secondsMs = numeric.transform((seconds) => Math.round(seconds * 1000));

/** "2026-01-31T00:00:00.000000000Z" as milliseconds. */
export const isoMs = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/, "a time is expected")
  .transform((text) => Date.parse(text.replace(/(\.\d{3})\d+/, "$1")))
  .refine((ms) => !Number.isNaN(ms), "a time is expected");

/** The values of the range that was asked for, oldest first; of a stamp that comes twice the last value stands. */
export function inRange(
  { fromMs, toMs }: Pick<SourceQuery, "fromMs" | "toMs">,
  rows: Iterable<readonly [eventMs: number, value: number]>,
): SourceObservation[] {
  const values = new Map<number, number>();
  for (const [eventMs, value] of rows) if (eventMs >= fromMs && eventMs < toMs) values.set(eventMs, value);
  return [...values].sort(([a], [b]) => a - b).map(([eventMs, value]) => ({ eventMs, publishedMs: null, value }));
}

/** What holds now. */
export function snapshot(nowMs: number, value: number): SourceObservation[] {
  return [{ eventMs: nowMs, publishedMs: null, value }];
}

/** "2026-01-31" in UTC. */
export function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** A row with its time under one name and the value under another, where it has one: names that the caller knows. */
export function timedRow(timeName: string, time: z.ZodType<number>, valueName: string) {
  return z.record(z.string(), z.unknown()).transform((row, context): readonly [number, number | undefined] => {
    const eventMs = time.safeParse(row[timeName]);
    const value = numeric.nullish().safeParse(row[valueName]);
    if (eventMs.success && value.success) return [eventMs.data, value.data ?? undefined];
    const path = [eventMs.success ? valueName : timeName];
    context.addIssue({ code: "custom", path, message: "not of the type that is expected" });
    return z.NEVER;
  });
}

/** The rows that have a value. */
export function valued(rows: ReadonlyArray<readonly [number, number | undefined]>): Array<readonly [number, number]> {
  return rows.flatMap(([eventMs, value]) => (value === undefined ? [] : [[eventMs, value] as const]));
}
