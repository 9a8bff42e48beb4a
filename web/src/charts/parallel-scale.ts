/** @file Where a value lies on its axis, and the colour of a share: viridis, which every eye reads as an order. */
import { figure } from "../lib/format.ts";

export type ParallelAxis = { readonly name: string; readonly isLog?: boolean; readonly categories?: readonly string[] };

export type AxisScale = {
  /** 0 at the bottom, 1 at the top. */
  place(value: number | string): number;
  readonly ends: readonly { readonly at: number; readonly text: string }[];
};

export function placeOn(axis: ParallelAxis, values: readonly (number | string)[]): AxisScale {
  const { categories } = axis;
  if (categories !== undefined) {
    const of = (index: number): number => (categories.length === 1 ? 0.5 : index / (categories.length - 1));
    return {
      place: (value) => of(Math.max(0, categories.indexOf(String(value)))),
      ends: categories.map((text, index) => ({ at: of(index), text })),
    };
  }
  const scaled = (value: number): number => (axis.isLog === true ? Math.log(value) : value);
  const numbers = values.map(Number).filter(Number.isFinite);
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const range = scaled(high) - scaled(low);
  return {
    place: (value) => (range === 0 || !Number.isFinite(range) ? 0.5 : (scaled(Number(value)) - scaled(low)) / range),
    ends:
      low === high
        ? [{ at: 0.5, text: figure(low) }]
        : [
            { at: 0, text: figure(low) },
            { at: 1, text: figure(high) },
          ],
  };
}

const STOPS: readonly (readonly [number, number, number])[] = [
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
];

export function viridis(share: number): string {
  const at = Math.max(0, Math.min(1, share)) * (STOPS.length - 1);
  const from = Math.min(STOPS.length - 2, Math.floor(at));
  const mixed = STOPS[from].map((channel, c) => Math.round(channel + (STOPS[from + 1][c] - channel) * (at - from)));
  return `rgb(${mixed.join(" ")})`;
}
