/** @file When memory, open files and queues of a long session are flat. */

/** One look at a session. */
export type SoakFigures = {
  /** Market time since the beginning. */
  readonly hours: number;
  readonly residentMb: number;
  /** Open files and sockets. */
  readonly handles: number;
  /** Bars that have closed at the venue and are no row of the session yet. */
  readonly lagBars: number;
  /** Timers that are armed and orders whose fate is open. */
  readonly waiting: number;
  /** That the session knows of. */
  readonly executions: number;
};

/** Looks that a judgement needs. */
const LEAST_LOOKS = 9;
/** Memory may grow while caches fill; from the middle third to the last one it may not, but for the noise of collecting. */
const MEMORY_SHARE = 1.15;
const MEMORY_MB = 16;
const MORE_HANDLES = 4;
const MOST_LAG_BARS = 2;
const MORE_WAITING = 8;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Medians of the first, the middle and the last third. */
export function thirds(figures: readonly SoakFigures[], key: keyof SoakFigures): readonly [number, number, number] {
  const third = Math.floor(figures.length / 3);
  const part = (from: number, to: number): number => median(figures.slice(from, to).map((one) => one[key]));
  return [part(0, third), part(third, 2 * third), part(2 * third, figures.length)];
}

/** What grew, in words; empty where everything is flat. */
export function soakFindings(figures: readonly SoakFigures[]): string[] {
  if (figures.length < LEAST_LOOKS)
    return [`${figures.length} looks are too few to judge by: take more hours or a lower speed`];
  const findings: string[] = [];
  const [, memory, memoryEnd] = thirds(figures, "residentMb");
  if (memoryEnd > memory * MEMORY_SHARE + MEMORY_MB)
    findings.push(`memory grows: ${memory.toFixed(0)} MB in the middle, ${memoryEnd.toFixed(0)} MB at the end`);
  const [handles, , handlesEnd] = thirds(figures, "handles");
  if (handlesEnd > handles + MORE_HANDLES)
    findings.push(`open files grow: ${handles} at first, ${handlesEnd} at the end`);
  const [, , lag] = thirds(figures, "lagBars");
  if (lag > MOST_LAG_BARS) findings.push(`the session falls behind: ${lag.toFixed(1)} bars at the end`);
  const [waiting, , waitingEnd] = thirds(figures, "waiting");
  if (waitingEnd > waiting + MORE_WAITING)
    findings.push(`what waits grows: ${waiting} timers and orders at first, ${waitingEnd} at the end`);
  if (figures[figures.length - 1].executions === 0) findings.push("nothing was traded, so nothing is proven");
  return findings;
}
