/** @file A distribution as plain SVG: what lies below zero in one colour, what lies above in the other. */
import type { ReactNode } from "react";
import { figure } from "../lib/format.ts";

export type Bin = { readonly from: number; readonly to: number; readonly count: number };

/** Equal bins over all values. */
export function binsOf(values: readonly number[], bins: number): Bin[] {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return [];
  const low = Math.min(...known);
  const high = Math.max(...known);
  const width = (high - low || 1) / bins;
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of known) {
    const at = Math.min(bins - 1, Math.floor((value - low) / width));
    counts[at] = counts[at] + 1;
  }
  return counts.map((count, index) => ({ from: low + index * width, to: low + (index + 1) * width, count }));
}

export function Histogram({
  bins,
  label,
  format = figure,
  height = 160,
}: {
  readonly bins: readonly Bin[];
  readonly label: string;
  readonly format?: (value: number) => string;
  readonly height?: number;
}): ReactNode {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const width = 100 / Math.max(1, bins.length);
  const zero = bins.findIndex(({ from, to }) => from <= 0 && to > 0);
  return (
    <figure aria-label={label}>
      <svg
        width="100%"
        height={height}
        viewBox={`0 0 100 ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {bins.map(({ from, to, count }, index) => (
          <rect
            key={from}
            x={index * width + width * 0.08}
            width={width * 0.84}
            y={height - (count / most) * (height - 4)}
            height={(count / most) * (height - 4)}
            fill={to <= 0 ? "var(--down)" : from >= 0 ? "var(--up)" : "var(--strong)"}
          >
            <title>{`${format(from)} to ${format(to)}: ${count}`}</title>
          </rect>
        ))}
        {zero > 0 && (
          <line x1={zero * width} x2={zero * width} y1={0} y2={height} stroke="var(--muted)" strokeWidth="0.2" />
        )}
      </svg>
      <div className="row spread muted" style={{ fontSize: 11 }}>
        <span>{format(bins[0]?.from ?? 0)}</span>
        <span>{format(bins.at(-1)?.to ?? 0)}</span>
      </div>
    </figure>
  );
}
