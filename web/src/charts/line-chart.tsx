/** @file Curves over time or steps, by uPlot: equity with its budget, training curves, distributions over a run. */
import { type ReactNode, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { figure, moment, number, type Zone } from "../lib/format.ts";
import { useSettings, useThemeKey } from "../lib/settings.ts";
import css from "./chart.module.css";
import { chartColors, DASHES } from "./palette.ts";
import { Twin } from "./twin.tsx";

export type Curve = {
  readonly label: string;
  readonly values: ArrayLike<number | null>;
  /** Which of the eight colours; the position where it isn't named. */
  readonly color?: number;
  readonly kind?: "line" | "area" | "faint" | "step" | "bars";
  readonly isDashed?: boolean;
};

export type Mark = { readonly x: number; readonly label: string; readonly kind?: "buy" | "sell" | "note" };

type LineChartProps = {
  readonly label: string;
  readonly x: ArrayLike<number>;
  readonly curves: readonly Curve[];
  /** Milliseconds, or numbers of what `unit` says. */
  readonly axis?: "time" | "number";
  readonly unit?: string;
  readonly height?: number;
  readonly marks?: readonly Mark[];
  /** Charts with the same word share their crosshair. */
  readonly together?: string;
  readonly isLog?: boolean;
  readonly places?: number;
};

/** More names than this tell nobody anything: the table behind the chart has them. */
const MOST_NAMED = 10;
/** uPlot names its kinds of scale in an enumeration that exists for the compiler alone: 3 is the logarithmic one. */
const LOGARITHMIC: object = { distr: 3 };

/** Gaps are null for uPlot; the rest stays as it is. */
function columnOf(values: ArrayLike<number | null>): (number | null)[] {
  return Array.from(values, (value) => (value === null || Number.isNaN(value) ? null : value));
}

/** The day at midnight, else the hour. */
function tickText(ms: number, zone: Zone): string {
  const text = moment(ms, zone);
  return text.endsWith("00:00") ? text.slice(5, 10) : text.slice(11);
}

function drawMarks(marks: readonly Mark[], colors: ReturnType<typeof chartColors>): (plot: uPlot) => void {
  return (plot) => {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    for (const { x, kind = "note" } of marks) {
      const left = plot.valToPos(x, "x", true);
      if (left < bbox.left || left > bbox.left + bbox.width) continue;
      ctx.fillStyle = kind === "buy" ? colors.up : kind === "sell" ? colors.down : colors.strong;
      ctx.beginPath();
      if (kind === "note") {
        ctx.fillRect(left, bbox.top, ratio, bbox.height);
        continue;
      }
      const size = 5 * ratio;
      const base = bbox.top + bbox.height - ratio * 2;
      const tip = kind === "buy" ? base - size * 1.6 : base;
      const foot = kind === "buy" ? base : base - size * 1.6;
      ctx.moveTo(left, tip);
      ctx.lineTo(left - size, foot);
      ctx.lineTo(left + size, foot);
      ctx.fill();
    }
    ctx.restore();
  };
}

function optionsOf(props: LineChartProps, width: number, zone: Zone): uPlot.Options {
  const { curves, axis = "time", unit = "step", height = 240, marks = [], together, isLog = false, places } = props;
  const colors = chartColors();
  const line = {
    stroke: colors.muted,
    font: "11px Inter, sans-serif",
    grid: { stroke: colors.grid, width: 1 },
    ticks: { show: false },
  };
  const text = (value: number | null): string =>
    value === null ? "–" : places === undefined ? figure(value) : number(value, places);
  return {
    width,
    height,
    ms: 1,
    ...(zone === "UTC" ? { tzDate: (stamp: number) => uPlot.tzDate(new Date(stamp), "Etc/UTC") } : {}),
    legend: { show: curves.length <= MOST_NAMED, live: true },
    cursor: {
      drag: { x: true, y: false },
      points: { size: 6 },
      ...(together === undefined ? {} : { sync: { key: together } }),
    },
    scales: { x: { time: axis === "time" }, y: { ...(isLog ? LOGARITHMIC : {}) } },
    axes: [
      {
        ...line,
        size: 28,
        values: (_plot, ticks) => ticks.map((tick) => (axis === "number" ? number(tick) : tickText(tick, zone))),
        ...(axis === "time" ? { space: 90 } : {}),
      },
      { ...line, size: 64, values: (_plot, ticks) => ticks.map((tick) => text(tick)) },
    ],
    hooks: marks.length === 0 ? {} : { draw: [drawMarks(marks, colors)] },
    series: [
      {
        label: axis === "time" ? "time" : unit,
        value: (_plot, value) => (value === null ? "–" : axis === "time" ? moment(value, zone) : number(value)),
      },
      ...curves.map((curve, index): uPlot.Series => {
        const at = (curve.color ?? index) % colors.series.length;
        const stroke = colors.series[at] ?? colors.accent;
        const dash = curve.isDashed === true ? [6, 4] : (DASHES[at] ?? []);
        return {
          label: curve.label,
          stroke: curve.kind === "faint" ? `${stroke}55` : stroke,
          width: curve.kind === "faint" ? 1 : 1.6,
          ...(dash.length > 0 && curve.kind !== "faint" && curve.kind !== "bars" ? { dash: [...dash] } : {}),
          ...(curve.kind === "area" ? { fill: `${stroke}1f` } : {}),
          ...(curve.kind === "step" && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
          ...(curve.kind === "bars" && uPlot.paths.bars
            ? { paths: uPlot.paths.bars({ size: [0.8, 40] }), fill: `${stroke}88` }
            : {}),
          // Curves that are written at their own steps only, such as validation, are joined over the rows between.
          spanGaps: true,
          points: { show: curves[index]?.values.length === 1 },
          value: (_plot, value) => text(value),
        };
      }),
    ],
  };
}

export function LineChart(props: LineChartProps): ReactNode {
  const { label, x, curves, axis = "time", unit = "step", height = 240 } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { zone } = useSettings();
  const theme = useThemeKey();
  const shape = JSON.stringify([
    theme,
    zone,
    axis,
    height,
    props.isLog,
    props.places,
    props.together,
    props.marks?.length,
    props.marks?.at(-1)?.x,
    curves.map(({ label: name, kind, color }) => [name, kind, color]),
  ]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { x: at, curves: lines } = latest.current;
    const made = new uPlot(
      optionsOf(latest.current, Math.max(120, element.clientWidth), zone),
      [Array.from(at), ...lines.map(({ values }) => columnOf(values))],
      element,
    );
    plot.current = made;
    // Nobody points at it: the legend tells the newest values.
    const tellLast = (): void => made.setLegend({ idx: Math.max(0, made.data[0].length - 1) });
    tellLast();
    made.over.addEventListener("mouseleave", tellLast);
    const watcher = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height: made.height });
    });
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = undefined;
    };
    // Everything that needs a new chart is in its shape; data go in without one.
  }, [shape, zone]);
  useEffect(() => {
    const made = plot.current;
    made?.setData([Array.from(x), ...curves.map(({ values }) => columnOf(values))]);
    if (made !== undefined && (made.cursor.left ?? -1) < 0) made.setLegend({ idx: Math.max(0, x.length - 1) });
  }, [x, curves]);
  const count = x.length;
  return (
    <figure className={css["chart"]} aria-label={label}>
      <div ref={box} aria-hidden="true" style={{ minHeight: height + 24 }} />
      <Twin
        label={label}
        heads={[axis === "time" ? `time (${zone})` : unit, ...curves.map((curve) => curve.label)]}
        count={count}
        row={(index) => [
          axis === "time" ? moment(x[index] ?? null, zone) : number(x[index] ?? null),
          ...curves.map(({ values }) => figure(values[index] ?? null)),
        ]}
      />
    </figure>
  );
}
