/** @file Plain aligned tables for the terminal. */
import { shownWidth } from "./wrap.ts";

export type Column = {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Where the screen is too narrow the columns with the highest number are left out first; none without a number. */
  readonly drop?: number;
  /** Whether its texts may be broken over several lines. */
  readonly breaks?: boolean;
};

const GAP = 2;
/** A column of broken texts keeps this much before others are left out, and never has less than the second. */
const LEAST_BROKEN = 40;
const NARROWEST = 16;

/**
 * A table of figures: the first column is text, the others are numbers to the right.
 * @param drop titles that are left out where the screen is too narrow, the first of them first
 */
export function figureTable(
  titles: readonly string[],
  rows: ReadonlyArray<readonly string[]>,
  width: number,
  drop: readonly string[] = [],
): string {
  const columns = titles.map((title, i): Column => {
    const place = drop.indexOf(title);
    return { title, align: i === 0 ? "left" : "right", ...(place < 0 ? {} : { drop: drop.length - place }) };
  });
  return table(columns, rows, width);
}

/** Rows under titles, two spaces between columns, numbers to the right where asked for, within the screen's width. */
export function table(
  columns: readonly Column[],
  rows: ReadonlyArray<readonly string[]>,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const kept = keptColumns(columns, rows, width);
  const shown = kept.map((c) => columns[c]);
  const cells = rows.map((row) => kept.map((c) => row[c]));
  const widths = widthsOf(shown, cells);
  const over = total(widths) - width;
  const broken = shown.findIndex(({ breaks }) => breaks === true);
  if (over > 0 && broken >= 0) widths[broken] = Math.max(NARROWEST, widths[broken] - over);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, c) => {
        const pad = " ".repeat(Math.max(0, widths[c] - shownWidth(text)));
        return shown[c].align === "right" ? pad + text : text + pad;
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  const lines = (texts: readonly string[]): string[] => {
    const pieces = texts.map((text, c) => (c === broken ? pieced(text, widths[c]) : [text]));
    const height = Math.max(...pieces.map(({ length }) => length));
    return Array.from({ length: height }, (_, i) => line(pieces.map((piece) => piece[i] ?? "")));
  };
  return [line(shown.map(({ title }) => title)), ...cells.flatMap(lines)].join("\n");
}

function widthsOf(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>): number[] {
  return columns.map(({ title }, c) => Math.max(shownWidth(title), ...rows.map((row) => shownWidth(row[c]))));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
}

function keptColumns(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>, width: number): number[] {
  const widths = widthsOf(columns, rows).map((own, c) =>
    columns[c].breaks === true ? Math.min(own, LEAST_BROKEN) : own,
  );
  let kept = columns.map((_, c) => c);
  while (total(kept.map((c) => widths[c])) > width) {
    const [next] = [...kept].filter((c) => columns[c].drop !== undefined).sort((a, b) => dropOf(b) - dropOf(a));
    if (next === undefined) break;
    kept = kept.filter((c) => c !== next);
  }
  return kept;

  function dropOf(c: number): number {
    return columns[c].drop ?? 0;
  }
}

function pieced(text: string, width: number): string[] {
  const pieces: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    if (current !== "" && shownWidth(current) + 1 + shownWidth(word) > width) {
      pieces.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...pieces, current];
}
