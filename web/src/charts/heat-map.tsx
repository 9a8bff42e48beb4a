/** @file A table whose cells carry a colour: months, correlations, actions by hour. Signed values run blue over grey to orange. */
import type { ReactNode } from "react";
import { figure, NONE } from "../lib/format.ts";
import css from "./chart.module.css";

const COLD = [38, 108, 186] as const;
const WARM = [201, 104, 24] as const;

/** The colour of a signed share of the greatest value, and black or white on it: whichever contrasts more. */
export function heatColor(share: number): { readonly background: string; readonly color: string } {
  const strength = Math.min(1, Math.abs(share));
  const target = share < 0 ? WARM : COLD;
  const mixed = target.map((channel) => Math.round(128 + (channel - 128) * strength));
  const [r = 0, g = 0, b = 0] = mixed.map((channel) => {
    const c = channel / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const isBlackBetter = (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05);
  return { background: `rgb(${mixed.join(" ")})`, color: isBlackBetter ? "#000" : "#fff" };
}

export function HeatMap({
  label,
  rows,
  columns,
  valueAt,
  format = figure,
  showValues = true,
}: {
  readonly label: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly valueAt: (row: number, column: number) => number | null | undefined;
  readonly format?: (value: number) => string;
  readonly showValues?: boolean;
}): ReactNode {
  let most = 0;
  for (let r = 0; r < rows.length; r++)
    for (let c = 0; c < columns.length; c++) most = Math.max(most, Math.abs(valueAt(r, c) ?? 0));
  return (
    <section className={css["scroll"]} tabIndex={0} aria-label={label}>
      <table className={css["heat"]}>
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {columns.map((column, c) => {
                const value = valueAt(r, c);
                if (value === null || value === undefined || Number.isNaN(value))
                  return (
                    <td key={column} className="muted">
                      {showValues ? NONE : ""}
                    </td>
                  );
                const title = `${row}, ${column}: ${format(value)}`;
                return (
                  <td key={column} style={heatColor(most === 0 ? 0 : value / most)} title={title}>
                    {showValues ? format(value) : <span className="visually-hidden">{format(value)}</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
