/** @file An answer cut at its figures, so that each can be chosen. */
import type { AnswerFact } from "../api/contract.ts";

export type AnswerPart = {
  readonly text: string;
  /** Where it begins in the answer. */
  readonly at: number;
  /** The fact that it tells; absent for words between. */
  readonly id?: string;
};

/** Shorter words stand in sentences by chance: "2", "at". */
const SHORTEST = 2;

/**
 * Displays of facts where they stand in the text, the longest first, whole words only, each place once. A display of several facts
 * is shared out in their order: two equal figures are told one after the other.
 */
export function partsOf(answer: string, facts: readonly AnswerFact[]): AnswerPart[] {
  const taken: Array<{ from: number; to: number; id: string }> = [];
  const byLength = facts
    .filter(({ display }) => display.length >= SHORTEST)
    .toSorted((a, b) => b.display.length - a.display.length);
  for (const { id, display } of byLength) {
    for (const shown of new Set([display, display.replace(/^[+-]/, "")])) {
      const from = placeOf(answer, shown, taken);
      if (from === undefined) continue;
      taken.push({ from, to: from + shown.length, id });
      break;
    }
  }
  const parts: AnswerPart[] = [];
  let at = 0;
  for (const { from, to, id } of taken.toSorted((a, b) => a.from - b.from)) {
    if (from > at) parts.push({ text: answer.slice(at, from), at });
    parts.push({ text: answer.slice(from, to), at: from, id });
    at = to;
  }
  if (at < answer.length) parts.push({ text: answer.slice(at), at });
  return parts;
}

function placeOf(
  answer: string,
  shown: string,
  taken: ReadonlyArray<{ readonly from: number; readonly to: number }>,
): number | undefined {
  for (let from = answer.indexOf(shown); from >= 0; from = answer.indexOf(shown, from + 1)) {
    const to = from + shown.length;
    const isWhole = !/[\w.,]/.test(answer[from - 1] ?? " ") && !/^(?:\w|[.,]\d)/.test(answer.slice(to, to + 2));
    if (isWhole && taken.every((one) => to <= one.from || from >= one.to)) return from;
  }
  return undefined;
}

/** What is said after a figure where its display does not say it. */
export function factUnit(unit: string): string {
  return unit === "time" ? " UTC" : unit === "price" ? " in the quote currency" : "";
}
