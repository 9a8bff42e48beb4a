/** @file The grid of a set's bars, and bars of another length among them. */
import { DAY_MS, formatMinute, formatTimeframe } from "../../core/index.ts";
import { type Finding, FindingCollector, FindingKind } from "./report.ts";

/** The place within a bar's length at which most bars open. */
export function commonPhase(times: Float64Array, barMs: number): number {
  const counts = new Map<number, number>();
  const first = phaseOf(times[0] ?? 0, barMs);
  if (times.every((tsMs) => phaseOf(tsMs, barMs) === first)) return first;
  for (const tsMs of times) {
    const phase = phaseOf(tsMs, barMs);
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  let [best, most] = [0, 0];
  for (const [phase, count] of counts) if (count > most) [best, most] = [phase, count];
  return best;
}

function phaseOf(tsMs: number, barMs: number): number {
  return ((tsMs % barMs) + barMs) % barMs;
}

/** So many steps of one other length in a row are bars of that length, not holes. */
const RUN = 10;

/** Stretches in which bars follow each other at another distance than in the rest, shorter or longer. */
export function lengthMixture(times: Float64Array, barMs: number, maxExamples: number): Finding[] {
  const collector = new FindingCollector(FindingKind.mixedLength, "warning", maxExamples);
  // A market that closes has pauses of one length every day.
  const isOther = (step: number): boolean => step !== barMs && step > 0 && step <= 30 * DAY_MS && isTimeframe(step);
  for (let i = 1; i < times.length; ) {
    const step = times[i] - times[i - 1];
    let end = i;
    while (end < times.length && times[end] - times[end - 1] === step) end++;
    if (end - i >= RUN && isOther(step)) {
      collector.add(
        i,
        times[i],
        `${end - i} bars are ${formatTimeframe(step)} apart from ${formatMinute(times[i - 1])} on`,
      );
    }
    i = Math.max(end, i + 1);
  }
  return collector.findings();
}

function isTimeframe(step: number): boolean {
  return step % 1000 === 0;
}
