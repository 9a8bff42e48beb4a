/** @file Charts as still SVG: they need no script, print as they are, and take the page's colors. */
import { escapeHtml } from "../report/escape.ts";

export type Line = {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Position in the palette. Default: in order. */
  readonly color?: number;
};

/** The space between two curves, such as quantiles. */
export type Band = { readonly x: ArrayLike<number>; readonly low: ArrayLike<number>; readonly high: ArrayLike<number> };

export type ChartOptions = {
  readonly lines: readonly Line[];
  readonly bands?: readonly Band[];
  /** Vertical lines with a word, such as the seams of a walk-forward. */
  readonly marks?: ReadonlyArray<{ readonly x: number; readonly text: string }>;
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
  readonly label: string;
};

const WIDTH = 860;
const HEIGHT = 260;
const LEFT = 62;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;
const TICKS = 5;
const COLORS = ["var(--s0)", "var(--s1)", "var(--s2)", "var(--s3)", "var(--s4)", "var(--s5)", "var(--s6)", "var(--s7)"];

function colorOf(position: number): string {
  return COLORS[position % COLORS.length];
}

function bounds(values: Iterable<number>): readonly [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  return low === high ? [low - Math.abs(low) * 0.05 - 1e-9, high + Math.abs(high) * 0.05 + 1e-9] : [low, high];
}

function* all(options: ChartOptions, axis: "x" | "y"): Generator<number> {
  for (const line of options.lines) yield* Array.from(line[axis]);
  for (const band of options.bands ?? []) {
    if (axis === "x") yield* Array.from(band.x);
    else yield* [...Array.from(band.low), ...Array.from(band.high)];
  }
}

const short = (value: number): string => value.toFixed(1);

/** Lines over bands, with axes, marks and a legend. */
export function lineChart(options: ChartOptions): string {
  const [x0, x1] = bounds(all(options, "x"));
  const [y0, y1] = bounds(all(options, "y"));
  const px = (x: number): number => LEFT + ((x - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => HEIGHT - BOTTOM - ((y - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
  const parts: string[] = [];
  for (let i = 0; i < TICKS; i++) {
    const y = y0 + ((y1 - y0) * i) / (TICKS - 1);
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${short(py(y))}" y2="${short(py(y))}" stroke="var(--line)"/>`,
      `<text x="${LEFT - 6}" y="${short(py(y) + 4)}" text-anchor="end">${escapeHtml(options.yText(y))}</text>`,
    );
    const x = x0 + ((x1 - x0) * i) / (TICKS - 1);
    const anchor = i === 0 ? "start" : i === TICKS - 1 ? "end" : "middle";
    parts.push(
      `<text x="${short(px(x))}" y="${HEIGHT - 8}" text-anchor="${anchor}">${escapeHtml(options.xText(x))}</text>`,
    );
  }
  for (const { x, low, high } of options.bands ?? []) {
    const up = Array.from(x, (value, i) => `${short(px(value))},${short(py(high[i]))}`);
    const down = Array.from(x, (value, i) => `${short(px(value))},${short(py(low[i]))}`).reverse();
    parts.push(`<polygon points="${[...up, ...down].join(" ")}" fill="var(--s0)" opacity="0.14"/>`);
  }
  for (const { x, text } of options.marks ?? []) {
    parts.push(
      `<line x1="${short(px(x))}" x2="${short(px(x))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="var(--muted)" stroke-dasharray="3 4"><title>${escapeHtml(text)}</title></line>`,
    );
  }
  options.lines.forEach(({ x, y, color }, i) => {
    const points = Array.from(x, (value, k) => `${short(px(value))},${short(py(y[k]))}`).join(" ");
    parts.push(`<polyline points="${points}" fill="none" stroke="${colorOf(color ?? i)}" stroke-width="1.6"/>`);
  });
  const legend =
    options.lines.length < 2
      ? ""
      : `<div class="small muted">${options.lines
          .map(
            ({ name, color }, i) =>
              `<span style="white-space:nowrap;margin-right:14px"><span style="color:${colorOf(color ?? i)}">&#9632;</span> ${escapeHtml(name)}</span>`,
          )
          .join("")}</div>`;
  return `<div class="scroll"><svg class="still" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(options.label)}">${parts.join("")}</svg></div>${legend}`;
}

export type Bar = { readonly name: string; readonly value: number; readonly text: string };

/** Bars from a common zero, one a row. */
export function barList(bars: readonly Bar[]): string {
  const low = bars.reduce((least, { value }) => Math.min(least, value), 0);
  const high = bars.reduce((most, { value }) => Math.max(most, value), 0);
  const span = high - low === 0 ? 1 : high - low;
  const rows = bars.map(({ name, value, text }) => {
    const left = ((Math.min(0, value) - low) / span) * 100;
    const width = (Math.abs(value) / span) * 100;
    return `<span>${escapeHtml(name)}</span><div class="axis"><div class="bar" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%;background:var(--${value >= 0 ? "good" : "bad"})"></div></div><span class="num" style="text-align:right">${escapeHtml(text)}</span>`;
  });
  return `<div class="bars">${rows.join("")}</div>`;
}
