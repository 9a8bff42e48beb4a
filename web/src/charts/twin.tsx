/** @file The table behind a chart: what a picture says, for those who can't see it or want the figures. */
import { type ReactNode, useState } from "react";
import css from "./chart.module.css";

const MOST_ROWS = 200;

export function Twin({
  label,
  heads,
  count,
  row,
}: {
  readonly label: string;
  readonly heads: readonly string[];
  readonly count: number;
  readonly row: (index: number) => readonly string[];
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const step = Math.max(1, Math.ceil(count / MOST_ROWS));
  const indices = isOpen ? Array.from({ length: Math.ceil(count / step) }, (_, at) => count - 1 - at * step) : [];
  return (
    <details className={css["twin"]} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        <section className={css["twinTable"]} tabIndex={0} aria-label={`${label} as a table`}>
          <table>
            <caption className="visually-hidden">
              {label}
              {step > 1 ? `, every ${step}th of ${count} points` : ""}
            </caption>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {indices.map((index) => (
                <tr key={index}>
                  {row(index).map((cell, at) => (
                    <td key={heads[at]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
