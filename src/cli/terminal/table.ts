/** @file Plain aligned tables for the terminal. */

// Escape sequences take no room on the screen.
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001B\[[0-9;]*m/g;

function width(text: string): number {
  return text.replace(ESCAPES, "").length;
}

export type Column = { readonly title: string; readonly align?: "left" | "right" };

/** Rows under titles, two spaces between columns, numbers to the right where asked for. */
export function table(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = columns.map((column, c) => Math.max(width(column.title), ...rows.map((row) => width(row[c]))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, c) => {
        const pad = " ".repeat(widths[c] - width(cell));
        return columns[c].align === "right" ? pad + cell : cell + pad;
      })
      .join("  ")
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...rows.map(line)].join("\n");
}
