/** @file Trials as lines over their parameters, by ECharts: the one picture that nothing smaller draws. Loaded by itself. */

import type { ParallelSeriesOption } from "echarts/charts";
import { ParallelChart } from "echarts/charts";
import { ParallelComponent, VisualMapComponent } from "echarts/components";
import { type ComposeOption, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { type ReactNode, useEffect, useRef } from "react";
import { figure } from "../lib/format.ts";
import { useThemeKey } from "../lib/settings.ts";
import css from "./chart.module.css";
import { chartColors } from "./palette.ts";
import { Twin } from "./twin.tsx";

use([ParallelChart, ParallelComponent, VisualMapComponent, CanvasRenderer]);

export type ParallelAxis = { readonly name: string; readonly isLog?: boolean; readonly categories?: readonly string[] };

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
  const box = useRef<HTMLDivElement>(null);
  const theme = useThemeKey();
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const colors = chartColors();
    const chart = init(element, null, { renderer: "canvas" });
    const last = axes.length - 1;
    const scores = rows.map((row) => Number(row[last])).filter(Number.isFinite);
    const option: ComposeOption<ParallelSeriesOption> & Record<string, unknown> = {
      animation: false,
      textStyle: { color: colors.text, fontFamily: "Inter, sans-serif", fontSize: 11 },
      parallel: { left: 40, right: 60, top: 40, bottom: 24 },
      parallelAxis: axes.map((axis, dim) => ({
        dim,
        name: axis.name,
        type: axis.categories !== undefined ? "category" : axis.isLog === true ? "log" : "value",
        ...(axis.categories === undefined ? { scale: true } : { data: [...axis.categories] }),
        nameTextStyle: { color: colors.text },
        axisLine: { lineStyle: { color: colors.strong } },
        axisLabel: {
          color: colors.muted,
          formatter: (value: number | string) => (typeof value === "number" ? figure(value) : value),
        },
      })),
      visualMap: {
        show: false,
        dimension: last,
        min: Math.min(...scores),
        max: Math.max(...scores),
        inRange: { color: ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"] },
      },
      series: [{ type: "parallel", lineStyle: { width: 1.4, opacity: 0.7 }, data: rows.map((row) => [...row]) }],
    };
    chart.setOption(option);
    const watcher = new ResizeObserver(() => chart.resize());
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      chart.dispose();
    };
  }, [axes, rows, theme]);
  return (
    <figure className={css["chart"]} aria-label={label}>
      <div ref={box} style={{ height: 320 }} aria-hidden="true" />
      <Twin
        label={label}
        heads={axes.map(({ name }) => name)}
        count={rows.length}
        row={(index) => (rows[index] ?? []).map((cell) => (typeof cell === "number" ? figure(cell) : cell))}
      />
    </figure>
  );
}
