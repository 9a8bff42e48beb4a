/**
 * @file Traps that single bars don't show: blocks that come again, a volume that changes its unit, bars of another length
 * mixed in, prices a power of ten off, splits. All of them are warnings: each has been seen in files that people use.
 */
import { formatMinute } from "../../core/index.ts";
import type { Candles } from "../candles.ts";
import { type Finding, FindingCollector, FindingKind } from "./report.ts";

/** Bars in time order. */
export function trapFindings(candles: Candles, barMs: number, maxExamples: number): Finding[] {
  if (candles.length < MIN_BARS) return [];
  return [
    ...repeatedBlocks(candles, barMs, maxExamples),
    ...volumeUnits(candles, maxExamples),
    ...jumps(candles, maxExamples),
  ];
}

/** Fewer bars prove nothing. */
const MIN_BARS = 20;

/** So many bars in a row that equal others to the last digit are a copy and no chance. */
const BLOCK = 4;

/** Blocks of bars that are there again elsewhere, volume included; bars that stand still equal each other without a copy. */
function repeatedBlocks(candles: Candles, barMs: number, maxExamples: number): Finding[] {
  const { timeMs, open, high, low, close, volume, length } = candles;
  const collector = new FindingCollector(FindingKind.repeated, "warning", maxExamples);
  const seen = new Int32Array(SLOTS).fill(-1);
  const isSame = (a: number, b: number): boolean =>
    open[a] === open[b] && high[a] === high[b] && low[a] === low[b] && close[a] === close[b] && volume[a] === volume[b];
  for (let i = 0; i < length; ) {
    if (high[i] === low[i] || volume[i] === 0) {
      i++;
      continue;
    }
    const slot = slotOf(open[i], close[i], volume[i]);
    const before = seen[slot];
    let run = 0;
    if (before >= 0) while (i + run < length && before + run < i && isSame(before + run, i + run)) run++;
    if (run >= BLOCK && hasVariety(close, i, i + run)) {
      const bars = Math.round(((timeMs[i] - timeMs[before]) / barMs) * 10) / 10;
      collector.add(i, timeMs[i], `${run} bars equal those ${bars} bars before, from ${formatMinute(timeMs[before])}`);
      i += run;
      continue;
    }
    seen[slot] = i;
    i++;
  }
  return collector.findings();
}

/** Places that are remembered; of two bars with one place the later is. */
const SLOTS = 1 << 20;
const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);

function slotOf(a: number, b: number, c: number): number {
  let hash = 0;
  bits[0] = a;
  hash = Math.imul(hash ^ words[0] ^ Math.imul(words[1], 0x9e3779b1), 0x85ebca6b);
  bits[0] = b;
  hash = Math.imul(hash ^ words[0] ^ Math.imul(words[1], 0x9e3779b1), 0xc2b2ae35);
  bits[0] = c;
  hash = Math.imul(hash ^ words[0] ^ Math.imul(words[1], 0x9e3779b1), 0x27d4eb2f);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

/** Whether a block has at least three different closes: one bar over and over is no history that could be copied. */
function hasVariety(close: Float64Array, from: number, to: number): boolean {
  return new Set(close.subarray(from, Math.min(to, from + 20))).size >= 3;
}

/** Bars on each side of a place that are held against each other. */
const WINDOW = 100;
/** A volume of one side this many times the other's for good is another unit, where turnover goes on as before. */
const UNIT_RATIO = 50;

/**
 * Places where the volume jumps by about the price or by powers of ten, while prices go on: base and quote volume, coins
 * and lots. Medians of the bars before and behind are compared.
 */
function volumeUnits({ timeMs, close, volume, length }: Candles, maxExamples: number): Finding[] {
  const collector = new FindingCollector(FindingKind.volumeUnit, "warning", maxExamples);
  const window = Math.min(WINDOW, Math.floor(length / 4));
  let behind = median(volume.subarray(0, window));
  for (let i = window; i + window <= length; i += window) {
    const before = behind;
    behind = median(volume.subarray(i, i + window));
    if (!(before > 0) || !(behind > 0)) continue;
    const ratio = Math.max(before, behind) / Math.min(before, behind);
    if (ratio < UNIT_RATIO) continue;
    const place = sharpest(volume, i - window, i + window);
    const [left, right] = [
      median(volume.subarray(Math.max(0, place - window), place)),
      median(volume.subarray(place, place + window)),
    ];
    const sharp = Math.max(left, right) / Math.min(left, right);
    if (!(sharp >= UNIT_RATIO) || !isAbrupt(volume, place)) continue;
    const price = close[place];
    const isPrice = Math.abs(Math.log(sharp / price)) < Math.log(4);
    const change = left > right ? `falls to 1/${Math.round(sharp)}` : `rises to ${Math.round(sharp)} times`;
    const why = isPrice ? ", about the price: quote and base currency seem to change places" : "";
    collector.add(place, timeMs[place], `the usual volume ${change} of what it was before${why}`);
    i = place + window;
    behind = median(volume.subarray(i, Math.min(length, i + window)));
  }
  return collector.findings();
}

/** Where the logs of neighbors differ most. */
function sharpest(values: Float64Array, from: number, to: number): number {
  let [best, place] = [0, from];
  const side = 3;
  for (let i = from + side; i <= to - side; i++) {
    const [left, right] = [median(values.subarray(i - side, i)), median(values.subarray(i, i + side))];
    if (!(left > 0) || !(right > 0)) continue;
    const step = Math.abs(Math.log(right / left));
    if (step > best) [best, place] = [step, i];
  }
  return place;
}

/** Whether every one of the bars before is on the other side of the geometric mean than those behind. */
function isAbrupt(volume: Float64Array, place: number): boolean {
  const before = volume.slice(Math.max(0, place - 10), place).sort();
  const behind = volume.slice(place, place + 10).sort();
  const [low, high] = before[0] < behind[0] ? [before, behind] : [behind, before];
  return low[Math.floor(0.8 * (low.length - 1))] * 3 < high[Math.ceil(0.2 * (high.length - 1))];
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted[sorted.length >>> 1];
}

/** Ratios that shares are split by, and their inverses. */
const SPLITS = [2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50, 100];
/** A split moves the price to within this of its ratio. */
const SPLIT_TOLERANCE = 0.06;
/** Bars before and behind that must stay where they are. */
const CALM = 5;

/** Prices that jump by a power of ten and back, and those that jump by the ratio of a split and stay. */
function jumps({ timeMs, open, close, length }: Candles, maxExamples: number): Finding[] {
  const power = new FindingCollector(FindingKind.powerOfTen, "warning", maxExamples);
  const split = new FindingCollector(FindingKind.split, "warning", maxExamples);
  for (let i = 1; i < length; i++) {
    const ratio = close[i] / close[i - 1];
    if (ratio < 1.6 && ratio > 0.62) continue;
    const back = returnOf(close, i, length);
    if (isPowerOfTen(ratio) && back !== undefined) {
      power.add(
        i,
        timeMs[i],
        `close ${close[i]} is ${shown(ratio)} times the one before, and ${back === 1 ? "back one bar" : `back ${back} bars`} later`,
      );
      i += back;
      continue;
    }
    const jump = open[i] / close[i - 1];
    const by = SPLITS.find((n) => isNear(jump, n) || isNear(jump, 1 / n));
    if (by === undefined || !isCalm(close, i - CALM, i) || !isCalm(close, i, i + CALM)) continue;
    const text = jump < 1 ? `${by}:1` : `1:${by}`;
    split.add(
      i,
      timeMs[i],
      `opens at ${shown(jump)} times the close before: a split of ${text} that the prices are not adjusted for?`,
    );
  }
  return [...power.findings(), ...split.findings()];
}

/** Bars until the close is back where it was before `i`, at most a few. */
function returnOf(close: Float64Array, i: number, length: number): number | undefined {
  for (let k = 1; k <= 3 && i + k < length; k++) {
    const ratio = close[i + k] / close[i - 1];
    if (ratio > 0.7 && ratio < 1.4) return k;
  }
  return undefined;
}

function isPowerOfTen(ratio: number): boolean {
  const log = Math.log10(ratio);
  return Math.abs(log) > 0.9 && Math.abs(log - Math.round(log)) < 0.1;
}

function isNear(value: number, target: number): boolean {
  return Math.abs(Math.log(value / target)) < SPLIT_TOLERANCE;
}

/** Whether closes in the range stay within a tenth of each other. */
function isCalm(close: Float64Array, from: number, to: number): boolean {
  let [least, most] = [Infinity, 0];
  for (let i = Math.max(0, from); i < Math.min(close.length, to); i++) {
    least = Math.min(least, close[i]);
    most = Math.max(most, close[i]);
  }
  return most < 1.35 * least;
}

function shown(ratio: number): string {
  return `${Number(ratio.toPrecision(3))}`;
}
