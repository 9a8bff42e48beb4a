/** @file Which ranges of a series a source was asked for: what isn't there after that never came, and is not asked for again. */
import { z } from "zod";
import { readTextIfPresent, TidemarkError, writeFileAtomic } from "../../core/index.ts";
import type { Span } from "../sources/missing.ts";

export const ASKED_FILE = "asked.json";

const schema = z.strictObject({
  schema: z.literal(1),
  spans: z.array(z.tuple([z.int(), z.int()])),
});

/** Throws STORE_CORRUPT. */
export function readAsked(path: string): Span[] {
  const text = readTextIfPresent(path);
  if (text === undefined) return [];
  try {
    return schema.parse(JSON.parse(text)).spans.map(([fromMs, toMs]) => ({ fromMs, toMs }));
  } catch (thrown) {
    throw new TidemarkError("STORE_CORRUPT", {
      what: "What was asked for can't be read",
      where: path,
      fix: "Delete the file: the series is then asked for again, and nothing of it is lost.",
      cause: thrown,
    });
  }
}

export function writeAsked(path: string, spans: readonly Span[]): void {
  const rows = spans.map(({ fromMs, toMs }) => [fromMs, toMs]);
  writeFileAtomic(path, `${JSON.stringify({ schema: 1, spans: rows })}\n`);
}

/** The same ranges in order, those that touch as one. */
export function joinedSpans(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = joined[joined.length - 1];
    if (last === undefined || span.fromMs > last.toMs) joined.push(span);
    else joined[joined.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
  }
  return joined;
}

/** What of a range isn't in the spans, which are in order. */
export function unasked(spans: readonly Span[], { fromMs, toMs }: Span): Span[] {
  const left: Span[] = [];
  let cursor = fromMs;
  for (const span of spans) {
    if (span.fromMs >= toMs) break;
    if (span.fromMs > cursor) left.push({ fromMs: cursor, toMs: span.fromMs });
    cursor = Math.max(cursor, span.toMs);
  }
  if (cursor < toMs) left.push({ fromMs: cursor, toMs });
  return left;
}
