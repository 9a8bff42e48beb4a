/** @file Which part of the time axis is kept when symbols start and stop at different times. */
export const TapeRange = {
  /** From the latest first bar to the earliest last bar: every symbol trades from the first row on. */
  intersection: "intersection",
  /** From the earliest first bar to the latest last bar. */
  union: "union",
} as const;
export type TapeRange = (typeof TapeRange)[keyof typeof TapeRange];
