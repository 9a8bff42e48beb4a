/** @file Trials as lines over their parameters, drawn as SVG: bright is the greater value, and one axis can be narrowed. */
import { type ReactNode, useMemo, useState } from "react";
import { figure } from "../lib/format.ts";
import css from "./chart.module.css";
import { type ParallelAxis, placeOn, viridis } from "./parallel-scale.ts";
import { Twin } from "./twin.tsx";

const WIDTH = 1_000;
const HEIGHT = 320;
const TOP = 44;
const BOTTOM = 28;
const SIDE = 70;

export function ParallelPlot({
  label,
  axes,
  rows,
}: {
  readonly label: string;
  /** The last axis is what the lines are coloured by. */
  readonly axes: readonly ParallelAxis[];
  readonly rows: readonly (readonly (number | string)[])[];
}): ReactNode {
  const [share, setShare] = useState(1);
  const last = axes.length - 1;
  const scales = useMemo(
    () =>
      axes.map((axis, dim) =>
        placeOn(
          axis,
          rows.map((row) => row[dim]),
        ),
      ),
    [axes, rows],
  );
  const x = (dim: number): number => SIDE + (dim * (WIDTH - 2 * SIDE)) / Math.max(1, last);
  const y = (place: number): number => TOP + (1 - place) * (HEIGHT - TOP - BOTTOM);
  const ordered = useMemo(() => [...rows].sort((a, b) => Number(a[last]) - Number(b[last])), [rows, last]);
  const least = Math.floor(ordered.length * (1 - share));
  return (
    <figure className={css["chart"]} aria-label={label}>
      <label className={css["key"]}>
        Best share
        <input
          type="range"
          min="0.05"
          max="1"
          step="0.05"
          value={share}
          onChange={(event) => setShare(Number(event.target.value))}
        />
        {Math.round(share * 100)} %
      </label>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width="100%"
        role="img"
        aria-label={`${label}: ${rows.length} lines over ${axes.length} axes`}
      >
        {ordered.map((row, index) => {
          const points = row.map((value, dim) => `${x(dim).toFixed(1)},${y(scales[dim].place(value)).toFixed(1)}`);
          const isShown = index >= least;
          return (
            <polyline
              key={row.join(" ")}
              points={points.join(" ")}
              fill="none"
              stroke={isShown ? viridis(scales[last].place(row[last])) : "var(--border)"}
              strokeOpacity={isShown ? 0.85 : 0.35}
              strokeWidth={1.5}
            >
              <title>
                {axes
                  .map(({ name }, dim) => `${name}: ${typeof row[dim] === "number" ? figure(row[dim]) : row[dim]}`)
                  .join("\n")}
              </title>
            </polyline>
          );
        })}
        {axes.map(({ name }, dim) => (
          <g key={name}>
            <line x1={x(dim)} x2={x(dim)} y1={TOP} y2={HEIGHT - BOTTOM} stroke="var(--strong)" />
            <text x={x(dim)} y={18} textAnchor="middle" fill="var(--text2)" fontSize="12">
              {name}
            </text>
            {scales[dim].ends.map(({ at, text }) => (
              <text key={text} x={x(dim) + 5} y={y(at) + 4} fill="var(--muted)" fontSize="11">
                {text}
              </text>
            ))}
          </g>
        ))}
      </svg>
      <Twin
        label={label}
        heads={axes.map(({ name }) => name)}
        count={rows.length}
        row={(index) => (rows[index] ?? []).map((cell) => (typeof cell === "number" ? figure(cell) : cell))}
      />
    </figure>
  );
}
