/**
 * @file Which of several volumes counts base units: told by content, because names lie. Where one column times the price
 * is another one, the first is the base volume; a column of zeros beside one that is none is no volume.
 */
import type { ColumnMap } from "./columns.ts";
import { NAMES, namesQuoteVolume, namesVolume, normalName } from "./names.ts";
import type { NumberParser } from "./numbers.ts";

/** How far the ratio of quote volume and base volume times the close may be from 1. */
const TOLERANCE = 0.15;
/** Prices so near to 1 make both volumes one. */
const NEAR_ONE = 0.3;
/** A column with more zeros than this gives way to one with far fewer. */
const MOSTLY_ZERO = 0.2;

export type VolumeChoice = {
  readonly volume?: number;
  /** True where the column counts quote currency and has to be divided by the price. */
  readonly isQuote?: boolean;
  readonly note?: string;
};

type Candidate = {
  readonly position: number;
  readonly name: string;
  readonly values: Float64Array;
  readonly zeros: number;
};

export function chooseVolume(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: ColumnMap,
  parse: NumberParser,
): VolumeChoice {
  const taken = new Set(Object.entries(columns).flatMap(([role, c]) => (role === "volume" ? [] : [c])));
  const candidates = header.flatMap((text, position): Candidate[] => {
    const name = normalName(text);
    if (taken.has(position) || !namesVolume(name)) return [];
    const values = Float64Array.from(rows, (row) => parse((row[position] ?? "").trim()) ?? Number.NaN);
    return values.some((value) => Number.isFinite(value)) || columns.volume === position
      ? [{ position, name, values, zeros: values.filter((value) => value === 0).length / Math.max(1, values.length) }]
      : [];
  });
  if (candidates.length === 0) return columns.volume === undefined ? {} : { volume: columns.volume };
  const close = Float64Array.from(rows, (row) => parse((row[columns.close ?? 0] ?? "").trim()) ?? Number.NaN);
  const base = candidates.find((own) =>
    candidates.some((other) => other !== own && isPriced(own.values, close, other.values)),
  );
  const ranked = candidates.toSorted((a, b) => preference(a) - preference(b));
  const preferred = base ?? ranked[0];
  const filled = ranked.find((other) => other.zeros < 0.5 * preferred.zeros);
  const chosen = preferred.zeros > MOSTLY_ZERO && filled !== undefined ? filled : preferred;
  const isQuote = candidates.length === 1 && namesQuoteVolume(chosen.name) && base === undefined;
  return {
    volume: chosen.position,
    isQuote,
    ...(candidates.length > 1 || isQuote ? { note: noteOf(header, chosen, base === chosen, isQuote) } : {}),
  };
}

function noteOf(header: readonly string[], chosen: Candidate, isProven: boolean, isQuote: boolean): string {
  const name = header[chosen.position];
  if (isQuote) return `volume is "${name}" divided by the close, because it counts quote currency`;
  return isProven ? `volume is "${name}": times the price it is the other volume` : `volume is "${name}"`;
}

/** By name: the known names in their order, then other names of volume, then those of quote currency. */
function preference({ name }: Candidate): number {
  const known = NAMES.volume.indexOf(name);
  if (known >= 0 && !namesQuoteVolume(name)) return known;
  return namesQuoteVolume(name) ? 1000 : 500;
}

/** Whether `quote` is `base` times the price in the middle of the rows. */
function isPriced(base: Float64Array, close: Float64Array, quote: Float64Array): boolean {
  const ratios: number[] = [];
  let nearOne = 0;
  for (let i = 0; i < base.length; i++) {
    const ratio = quote[i] / (base[i] * close[i]);
    if (!Number.isFinite(ratio) || ratio <= 0) continue;
    ratios.push(ratio);
    if (Math.abs(Math.log(close[i])) < NEAR_ONE) nearOne++;
  }
  if (ratios.length < 3 || 2 * nearOne > ratios.length) return false;
  const middle = ratios.toSorted((a, b) => a - b)[ratios.length >>> 1];
  return Math.abs(middle - 1) < TOLERANCE;
}
