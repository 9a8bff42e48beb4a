/**
 * @file The stationary bootstrap (Politis and Romano, 1994): series are put together of blocks whose lengths are geometric,
 * wrapped around the end, so that what follows from what in the sample follows from it in the copies too. Intervals are
 * percentile intervals.
 */
import { invariant, Random } from "../../core/index.ts";
import { quantileOfSorted, type Sample, sorted } from "./moments.ts";

/** Copies that carry a 95 % interval to about a tenth of its width. */
export const RESAMPLES = 1_000;

/** Mean length of a block where none is given: the root of the sample's length, as in `arch` (Sheppard). */
export function defaultBlock(length: number): number {
  return Math.max(1, Math.sqrt(length));
}

/**
 * Writes the rows of one copy: each row follows its neighbor but for a share `1 / block`, which begins anew anywhere.
 * @param rows `[n]` written
 */
export function stationaryRows(rows: Int32Array, block: number, random: Random): void {
  const n = rows.length;
  invariant(block >= 1, `a block has at least one row, was ${block}`);
  let row = 0;
  for (let i = 0; i < n; i++) {
    row = i === 0 || random.uniform() < 1 / block ? random.below(n) : (row + 1) % n;
    rows[i] = row;
  }
}

export type Interval = readonly [low: number, high: number];

export type BootstrapOptions = {
  readonly seed: number;
  readonly resamples?: number;
  /** Mean length of a block. Default: the root of the sample's length. */
  readonly block?: number;
  /** Share of the copies inside the interval. Default: 0.95. */
  readonly confidence?: number;
};

/**
 * Intervals of several figures of one sample, from the same copies. A figure is null where fewer than half of the copies
 * have it.
 * @param figures of a sample; called once a copy
 */
export function bootstrapIntervals<Name extends string>(
  sample: Sample,
  figures: (copy: Float64Array) => Readonly<Record<Name, number | null>>,
  names: readonly Name[],
  options: BootstrapOptions,
): Readonly<Record<Name, Interval | null>> {
  const { seed, resamples = RESAMPLES, block = defaultBlock(sample.length), confidence = 0.95 } = options;
  const random = new Random(seed).fork("bootstrap");
  const found = new Map<Name, number[]>(names.map((name) => [name, []]));
  const rows = new Int32Array(sample.length);
  const copy = new Float64Array(sample.length);
  for (let k = 0; k < resamples && sample.length > 1; k++) {
    stationaryRows(rows, block, random);
    for (let i = 0; i < rows.length; i++) copy[i] = sample[rows[i]];
    const own = figures(copy);
    for (const name of names) {
      const value = own[name];
      if (value !== null && Number.isFinite(value)) found.get(name)?.push(value);
    }
  }
  const tail = (1 - confidence) / 2;
  return Object.fromEntries(
    names.map((name) => {
      const values = sorted(found.get(name) ?? []);
      if (values.length < resamples / 2) return [name, null] as const;
      return [name, [quantileOfSorted(values, tail) ?? 0, quantileOfSorted(values, 1 - tail) ?? 0] as const] as const;
    }),
  ) as Readonly<Record<Name, Interval | null>>;
}
