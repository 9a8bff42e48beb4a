/**
 * @file The quality check of a candle set. What would make results meaningless is an error; what real markets do as well
 * (crashes, pauses, quiet bars) is a warning.
 */
import { formatMinute, type Timeframe, timeframeMs } from "../../core/index.ts";
import { type Candles, firstDisorder } from "../candles.ts";
import { enclosureFault, numberFault } from "./bar.ts";
import { commonPhase, lengthMixture } from "./lengths.ts";
import { outlierScale } from "./outlier.ts";
import { type Finding, FindingCollector, FindingKind, type QualityReport, verdictOf } from "./report.ts";
import { trapFindings } from "./traps.ts";

export type CheckOptions = {
  /** Examples kept of each finding. Default: 5. */
  readonly maxExamples?: number;
  /** "24/7" (default) knows no pauses; any other calendar closes, so that missing bars are no finding. */
  readonly calendar?: string;
  /** A move beyond this many robust standard deviations is an outlier. Default: 25. */
  readonly outlierDeviations?: number;
  /** Share of missing bars above which the set is unusable. Default: 0.2. */
  readonly maxMissingShare?: number;
  /** Missing bars in which, by the source's own word, nothing was traded: they are no holes. */
  readonly quietBars?: number;
};

const ALWAYS_OPEN = "24/7";

/** Checks candles in the order in which they are given. */
export function checkCandles(candles: Candles, timeframe: Timeframe, options: CheckOptions = {}): QualityReport {
  const maxExamples = options.maxExamples ?? 5;
  const barMs = timeframeMs(timeframe);
  const order = orderFindings(candles, maxExamples);
  const times = sortedTimes(candles);
  const gaps =
    (options.calendar ?? ALWAYS_OPEN) === ALWAYS_OPEN ? gapFindings(times, barMs, options, maxExamples) : NONE;
  const findings = [
    ...lengthFindings(times),
    ...barFindings(candles, maxExamples),
    ...order,
    ...gaps.findings,
    ...outlierFindings(candles, options.outlierDeviations ?? 25, maxExamples),
    ...lengthMixture(times, barMs, maxExamples),
    ...(order.length === 0 ? trapFindings(candles, barMs, maxExamples) : []),
  ].sort((a, b) => Number(b.severity === "error") - Number(a.severity === "error"));
  return {
    timeframe,
    bars: candles.length,
    firstMs: times[0] ?? 0,
    lastMs: times[times.length - 1] ?? 0,
    missingBars: gaps.missingBars,
    verdict: verdictOf(findings),
    findings,
  };
}

const NONE = { findings: [] as Finding[], missingBars: 0 };

/** Times in order; a view where they are already. */
function sortedTimes({ timeMs, length }: Candles): Float64Array {
  const times = timeMs.subarray(0, length);
  return firstDisorder(times) < 0 ? times : times.slice().sort();
}

function lengthFindings(times: Float64Array): Finding[] {
  const collector = new FindingCollector(FindingKind.tooShort, "error", 1);
  if (times.length < 2) collector.add(0, times[0] ?? 0, `the set has ${times.length === 1 ? "one bar" : "no bars"}`);
  return collector.findings();
}

function barFindings(candles: Candles, maxExamples: number): Finding[] {
  const impossible = new FindingCollector(FindingKind.impossible, "error", maxExamples);
  const ohlc = new FindingCollector(FindingKind.ohlc, "error", maxExamples);
  const quiet = new FindingCollector(FindingKind.zeroVolume, "warning", maxExamples);
  const { timeMs, open, high, low, close, volume } = candles;
  for (let i = 0; i < candles.length; i++) {
    const fault = numberFault(open[i], high[i], low[i], close[i], volume[i]);
    if (fault !== undefined) {
      impossible.add(i, timeMs[i], `${fault.column}: ${fault.reason}`);
      continue;
    }
    const crossed = enclosureFault(open[i], high[i], low[i], close[i]);
    if (crossed !== undefined) ohlc.add(i, timeMs[i], crossed.reason);
    if (volume[i] === 0) quiet.add(i, timeMs[i], "nothing was traded");
  }
  return [...impossible.findings(), ...ohlc.findings(), ...quiet.findings()];
}

function orderFindings({ timeMs, length }: Candles, maxExamples: number): Finding[] {
  const disorder = new FindingCollector(FindingKind.outOfOrder, "error", maxExamples);
  if (firstDisorder(timeMs, length) < 0) return [];
  const duplicate = new FindingCollector(FindingKind.duplicate, "error", maxExamples);
  const seen = new Set<number>();
  let latest = -Infinity;
  for (let i = 0; i < length; i++) {
    if (seen.has(timeMs[i])) duplicate.add(i, timeMs[i], `the bar of ${formatMinute(timeMs[i])} is there already`);
    else if (timeMs[i] < latest) disorder.add(i, timeMs[i], `comes after the bar of ${formatMinute(latest)}`);
    seen.add(timeMs[i]);
    latest = Math.max(latest, timeMs[i]);
  }
  return [...disorder.findings(), ...duplicate.findings()];
}

function gapFindings(
  times: Float64Array,
  barMs: number,
  options: CheckOptions,
  maxExamples: number,
): { findings: Finding[]; missingBars: number } {
  const gap = new FindingCollector(FindingKind.gap, "warning", maxExamples);
  const offGrid = new FindingCollector(FindingKind.offGrid, "warning", maxExamples);
  const sparse = new FindingCollector(FindingKind.sparse, "error", 1);
  const gridMs = commonPhase(times, barMs);
  let missingBars = 0;
  if (times.length > 0 && (times[0] - gridMs) % barMs !== 0)
    offGrid.add(0, times[0], "opens beside the grid of the other bars");
  for (let i = 1; i < times.length; i++) {
    const missing = Math.round((times[i] - times[i - 1]) / barMs) - 1;
    if (missing > 0) {
      missingBars += missing;
      gap.add(i, times[i], `${missing} missing after ${formatMinute(times[i - 1])}`);
    }
    if ((times[i] - gridMs) % barMs !== 0) offGrid.add(i, times[i], "opens beside the grid of the other bars");
  }
  const holes = Math.max(0, missingBars - (options.quietBars ?? 0));
  const share = holes / (times.length + holes);
  if (share > (options.maxMissingShare ?? 0.2)) {
    sparse.add(0, times[0], `${holes} of ${times.length + holes} bars are missing`);
  }
  return { findings: [...sparse.findings(), ...gap.findings(), ...offGrid.findings()], missingBars };
}

function outlierFindings(candles: Candles, deviations: number, maxExamples: number): Finding[] {
  const outlier = new FindingCollector(FindingKind.outlier, "warning", maxExamples);
  const { timeMs, high, low, close } = candles;
  const scale = outlierScale(close.subarray(0, candles.length));
  if (scale === 0) return [];
  for (let i = 1; i < candles.length; i++) {
    const before = close[i - 1];
    const up = Math.log(high[i] / before);
    const down = Math.log(low[i] / before);
    const move = up > -down ? up : down;
    if (Math.abs(move) > deviations * scale && Number.isFinite(move)) {
      const percent = (100 * Math.expm1(move)).toFixed(1);
      outlier.add(
        i,
        timeMs[i],
        `moves ${percent} % from the close before, ${Math.round(Math.abs(move) / scale)} deviations`,
      );
    }
  }
  return outlier.findings();
}
