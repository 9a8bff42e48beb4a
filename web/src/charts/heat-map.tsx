/** @file A table whose cells carry a colour: months, correlations, actions by hour. Signed values run blue over grey to orange. */
import type { ReactNode } from "react";
import { figure, NONE } from "../lib/format.ts";
import css from "./chart.module.css";
import { heatColor } from "./heat-color.ts";

function styleOf(share: number): { readonly background: string; readonly color: string } {
  const { background, color } = heatColor(share);
  return { background, color };
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
                  <td key={column} style={styleOf(most === 0 ? 0 : value / most)} title={title}>
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
