/** @file What a set lacks of a range, and in which pieces to ask for it. */
import { lowerBound } from "../candles.ts";

/** Open times in `[fromMs, toMs)`. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** The spans of the range, on the grid of `barMs` from `fromMs`, for which there is no stored bar. */
export function missingSpans(stored: Float64Array, fromMs: number, toMs: number, barMs: number): Span[] {
  const spans: Span[] = [];
  let cursor = fromMs;
  for (let i = lowerBound(stored, fromMs); i < stored.length && stored[i] < toMs; i++) {
    if (stored[i] > cursor) spans.push({ fromMs: cursor, toMs: stored[i] });
    cursor = Math.max(cursor, stored[i] + barMs);
  }
  if (cursor < toMs) spans.push({ fromMs: cursor, toMs });
  return spans;
}

/** Windows of at most `maxBars` bars that cover the spans: short spans beside each other share one. */
export function requestWindows(spans: readonly Span[], barMs: number, maxBars: number): Span[] {
  const windows: Span[] = [];
  let window: Span | undefined;
  for (const span of spans) {
    let fromMs = span.fromMs;
    if (window !== undefined && fromMs < window.fromMs + maxBars * barMs) {
      const toMs = Math.min(span.toMs, window.fromMs + maxBars * barMs);
      window = { fromMs: window.fromMs, toMs };
      windows[windows.length - 1] = window;
      fromMs = toMs;
    }
    for (; fromMs < span.toMs; fromMs = window.toMs) {
      window = { fromMs, toMs: Math.min(span.toMs, fromMs + maxBars * barMs) };
      windows.push(window);
    }
  }
  return windows;
}
