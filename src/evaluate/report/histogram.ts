/** @file How often values fall into equal ranges, counted over all of them: what a page draws is small and loses none. */
import { significant } from "./downsample.ts";

export type Histogram = {
  /** Values counted, and their mean. */
  readonly count: number;
  readonly mean: number;
  /** Bar `i` holds values in `[(first + i) * width, (first + i + 1) * width)`; the outermost hold everything beyond too. */
  readonly first: number;
  readonly width: number;
  readonly bars: readonly number[];
  readonly least: number;
  readonly most: number;
};

const FEWEST_BARS = 5;
const MOST_BARS = 36;
/** Share of the values on each side that doesn't widen the bars. */
const OUTER = 0.005;

/** 0 is always a border, so that wins and losses never share a bar. Undefined without values. */
export function histogram(values: ArrayLike<number>): Histogram | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const low = sorted[Math.floor(count * OUTER)];
  const high = sorted[Math.ceil(count * (1 - OUTER)) - 1];
  const wanted = Math.max(FEWEST_BARS, Math.min(MOST_BARS, Math.ceil(1.7 * Math.sqrt(count))));
  const width = roundStep((high - low || Math.abs(high) || 1) / wanted);
  const first = Math.floor(low / width);
  const bars = Array.from({ length: Math.max(1, Math.floor(high / width) + 1 - first) }, () => 0);
  let sum = 0;
  for (const value of sorted) {
    sum += value;
    bars[Math.max(0, Math.min(bars.length - 1, Math.floor(value / width) - first))]++;
  }
  return {
    count,
    mean: significant(sum / count),
    first,
    width,
    bars,
    least: significant(sorted[0]),
    most: significant(sorted[count - 1]),
  };
}

/** 1, 2 or 5 times a power of ten, near a length. */
function roundStep(length: number): number {
  const unit = 10 ** Math.floor(Math.log10(length));
  const over = length / unit;
  return unit * (over > 7 ? 10 : over > 3.5 ? 5 : over > 1.5 ? 2 : 1);
}
