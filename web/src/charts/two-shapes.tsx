/** @file Two distributions over the same bins: the first as bars, the second as a line of steps, with marks of single values. */
import type { ReactNode } from "react";
import { number, percent } from "../lib/format.ts";
import { Twin } from "./twin.tsx";

const HEIGHT = 180;
const TOP = 6;

type Named = { readonly label: string; readonly shares: readonly number[] };

/** @param edges between bins: one fewer than shares, the outer bins reach beyond them */
export function TwoShapes({
  label,
  edges,
  first,
  second,
  marks,
}: {
  readonly label: string;
  readonly edges: readonly number[];
  readonly first: Named;
  readonly second: Named;
  readonly marks: readonly { readonly label: string; readonly value: number }[];
}): ReactNode {
  const count = edges.length + 1;
  const most = Math.max(1e-9, ...first.shares, ...second.shares);
  const yOf = (share: number): number => HEIGHT - (share / most) * (HEIGHT - TOP);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const width = (high - low) / Math.max(1, edges.length - 1);
  const xOf = (value: number): number =>
    Math.max(0.2, Math.min(count - 0.2, (value - low) / (width === 0 ? 1 : width) + 1));
  const steps = second.shares.map((share, at) => `L ${at} ${yOf(share)} L ${at + 1} ${yOf(share)}`).join(" ");
  const rangeOf = (at: number): string =>
    at === 0
      ? `below ${number(low, 2)}`
      : at >= edges.length
        ? `from ${number(high, 2)} on`
        : `${number(edges[at - 1], 2)} to ${number(edges[at], 2)}`;
  return (
    <figure aria-label={label}>
      <p className="row soft" style={{ fontSize: 12 }}>
        <span>
          <span aria-hidden="true" style={{ color: "var(--strong)" }}>
            ■
          </span>{" "}
          {first.label}
        </span>
        <span>
          <span aria-hidden="true" style={{ color: "var(--accent)" }}>
            ━
          </span>{" "}
          {second.label}
        </span>
        {marks.length > 0 && <span>▾ {marks.map((mark) => `${mark.label} ${number(mark.value, 2)}`).join(", ")}</span>}
      </p>
      <svg
        width="100%"
        height={HEIGHT}
        viewBox={`0 0 ${count} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {first.shares.map((share, at) => (
          <rect
            key={rangeOf(at)}
            x={at + 0.05}
            width={0.9}
            y={yOf(share)}
            height={HEIGHT - yOf(share)}
            fill="var(--strong)"
          />
        ))}
        <path
          d={`M 0 ${HEIGHT} ${steps} L ${count} ${HEIGHT}`}
          fill="none"
          stroke="var(--accent)"
          strokeWidth={2}
          vectorEffect="non-scaling-stroke"
        />
        {marks.map((mark) => (
          <line
            key={mark.label}
            x1={xOf(mark.value)}
            x2={xOf(mark.value)}
            y1={0}
            y2={14}
            stroke="var(--warn)"
            strokeWidth={3}
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
      <div className="row spread muted" style={{ fontSize: 11 }}>
        <span>{rangeOf(0)}</span>
        <span>deviations of the training</span>
        <span>{rangeOf(edges.length)}</span>
      </div>
      <Twin
        label={label}
        heads={["deviations", first.label, second.label]}
        count={count}
        row={(at) => [rangeOf(at), percent(first.shares[at], 1), percent(second.shares[at], 1)]}
      />
    </figure>
  );
}
