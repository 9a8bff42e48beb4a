/** @file The page's colours for what paints on a canvas, which can't read custom properties by itself. */

export type ChartColors = {
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly surface: string;
  readonly strong: string;
  readonly accent: string;
  readonly up: string;
  readonly down: string;
  readonly warn: string;
  readonly series: readonly string[];
};

const SERIES = 8;
/** Dashes tell apart what colours alone don't. */
export const DASHES: readonly (readonly number[])[] = [
  [],
  [6, 3],
  [2, 3],
  [8, 3, 2, 3],
  [],
  [6, 3],
  [2, 3],
  [8, 3, 2, 3],
];

export function chartColors(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of("text2"),
    muted: of("muted"),
    grid: of("border"),
    surface: of("s1"),
    strong: of("strong"),
    accent: of("accent"),
    up: of("up"),
    down: of("down"),
    warn: of("warn"),
    series: Array.from({ length: SERIES }, (_, index) => of(`series-${index + 1}`)),
  };
}
