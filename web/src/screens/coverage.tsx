/** @file A calendar of a series: each month with the share of its bars that are there. */
import type { ReactNode } from "react";
import type { Coverage, DataSet } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { number, percent } from "../lib/format.ts";
import { Loaded } from "../parts/states.tsx";
import css from "./coverage.module.css";
import { calendarOf, type MonthCell } from "./coverage-figures.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function textOf({ bars, expected, share }: MonthCell): string {
  if (expected === null) return `${number(bars, 0)} bars`;
  return `${number(bars, 0)} of ${number(expected, 0)} bars, ${percent(share, 2)}`;
}

function Cell({ cell }: { readonly cell: MonthCell | undefined }): ReactNode {
  if (cell === undefined) return <td className={css["none"]} />;
  const kind = cell.share === null || cell.share >= 1 ? css["whole"] : cell.share > 0 ? css["holes"] : css["empty"];
  return (
    <td className={kind} title={textOf(cell)}>
      <span aria-hidden="true">
        {cell.share === null ? "✓" : cell.share >= 1 ? "✓" : `${Math.floor(cell.share * 100)}`}
      </span>
      <span className="visually-hidden">{textOf(cell)}</span>
    </td>
  );
}

export function CoverageCalendar({ set }: { readonly set: DataSet }): ReactNode {
  const { venue, symbol, kind, timeframe } = set;
  const query = useApi<Coverage>("data/coverage", { params: { venue, symbol, kind, timeframe } });
  return (
    <Loaded query={query} lines={2}>
      {({ items }) => (
        <>
          {/* A calendar of years is wider than a phone: it scrolls by itself, by keyboard too. */}
          <div className={css["scroll"]} tabIndex={0} role="region" aria-label="Coverage by month">
            <table className={css["calendar"]} aria-label={`Bars of ${symbol} ${timeframe} by month`}>
              <thead>
                <tr>
                  <th scope="col">UTC</th>
                  {MONTHS.map((month) => (
                    <th key={month} scope="col">
                      {month}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {calendarOf(items).map(({ year, months }) => (
                  <tr key={year}>
                    <th scope="row">{year}</th>
                    {months.map((cell, month) => (
                      <Cell key={MONTHS[month]} cell={cell} />
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="muted">✓ all bars are there; a number is the share in per cent; an empty month has none due.</p>
        </>
      )}
    </Loaded>
  );
}
