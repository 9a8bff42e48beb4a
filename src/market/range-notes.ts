/** @file Words about the range of a tape: who trades when, and which symbol cut what was asked for. */
import { formatDay } from "../core/index.ts";
import type { MarketTape } from "./tape.ts";

/** Share of the tape by which a symbol may begin later or end earlier before it is said. */
const WORTH_A_WORD = 0.01;

type Asked = { readonly fromMs?: number; readonly toMs?: number };
type Span = { readonly candles: { readonly timeMs: Float64Array }; readonly from: number; readonly to: number };

/**
 * @param kept what each symbol has on the tape
 * @param had what each symbol has of the range that was asked for
 */
export function rangeNotes(tape: MarketTape, asked: Asked, kept: readonly Span[], had: readonly Span[]): string[] {
  if (tape.bars === 0) return [];
  const name = (s: number): string => tape.instruments[s].symbol;
  const first = (span: Span): number => span.candles.timeMs[span.from];
  const last = (span: Span): number => span.candles.timeMs[span.to - 1];
  const startMs = tape.timeMs[0];
  const endMs = tape.timeMs[tape.bars - 1];
  const slack = Math.max(tape.barMs, WORTH_A_WORD * (endMs - startMs));
  const lives = kept.flatMap((span, s) => {
    const begins = first(span) - startMs > slack ? `from ${formatDay(first(span))}` : "";
    const ends = endMs - last(span) > slack ? `to ${formatDay(last(span))}` : "";
    return begins === "" && ends === "" ? [] : [`${name(s)} ${[begins, ends].filter(Boolean).join(" ")}`];
  });
  const notes: string[] = [];
  const span = `${formatDay(startMs)} to ${formatDay(endMs)}`;
  if (lives.length > 0) notes.push(`The symbols don't trade all the time from ${span}: ${lives.join(", ")}.`);
  const cutBegin = had.findIndex(
    (window) => first(window) === startMs && had.some((other) => startMs - first(other) > slack),
  );
  if (cutBegin >= 0) notes.push(`The range begins ${formatDay(startMs)}, with the first bar of ${name(cutBegin)}.`);
  const cutEnd = had.findIndex((window) => last(window) === endMs && had.some((other) => last(other) - endMs > slack));
  if (cutEnd >= 0) notes.push(`The range ends ${formatDay(endMs)}, with the last bar of ${name(cutEnd)}.`);
  const { fromMs, toMs } = asked;
  if (cutBegin < 0 && fromMs !== undefined && startMs - fromMs > slack)
    notes.push(`${formatDay(fromMs)} was asked for; the first bar of any of the symbols is of ${formatDay(startMs)}.`);
  if (cutEnd < 0 && toMs !== undefined && toMs - tape.barMs - endMs > slack)
    notes.push(`${formatDay(toMs)} was asked for; the last bar of any of the symbols is of ${formatDay(endMs)}.`);
  return notes;
}
