/** @file Candles with what was done there: markers of fills, lines of stops and targets, a pane of volume. */
import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { type ReactNode, useEffect, useRef } from "react";
import { exact, moment, type Zone } from "../lib/format.ts";
import { useSettings, useThemeKey } from "../lib/settings.ts";
import css from "./chart.module.css";
import { chartColors } from "./palette.ts";
import { Twin } from "./twin.tsx";

/** Columns of bars, oldest first; times in milliseconds. */
export type Bars = {
  readonly openMs: ArrayLike<number>;
  readonly open: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly close: ArrayLike<number>;
  readonly volume: ArrayLike<number>;
};

export type TradeMark = {
  readonly id: string;
  readonly atMs: number;
  readonly side: "buy" | "sell";
  readonly price: number;
  readonly label: string;
};

export type PriceLine = { readonly price: number; readonly label: string; readonly kind: "entry" | "stop" | "target" };

const EARLIER_BELOW = 50;

function stamp(ms: number): UTCTimestamp {
  return (ms / 1000) as UTCTimestamp;
}

function timeText(time: Time, zone: Zone): string {
  return moment(Number(time) * 1000, zone);
}

function applyTheme(chart: IChartApi, zone: Zone): void {
  const colors = chartColors();
  chart.applyOptions({
    layout: {
      background: { type: ColorType.Solid, color: colors.surface },
      textColor: colors.text,
      fontFamily: "Inter, sans-serif",
      fontSize: 11,
      // The logo would insert a style element, which the policy of content refuses; the notice stands below the chart.
      attributionLogo: false,
      panes: { separatorColor: colors.grid },
    },
    grid: { vertLines: { color: `${colors.grid}66` }, horzLines: { color: `${colors.grid}66` } },
    rightPriceScale: { borderColor: colors.grid },
    timeScale: {
      borderColor: colors.grid,
      timeVisible: true,
      tickMarkFormatter: (time: Time) => {
        const text = timeText(time, zone);
        return text.endsWith("00:00") ? text.slice(5, 10) : text.slice(11);
      },
    },
    localization: { timeFormatter: (time: Time) => timeText(time, zone) },
  });
}

export function PriceChart({
  label,
  bars,
  marks = [],
  lines = [],
  height = 420,
  onEarlier,
  onMark,
}: {
  readonly label: string;
  readonly bars: Bars;
  readonly marks?: readonly TradeMark[];
  readonly lines?: readonly PriceLine[];
  readonly height?: number;
  /** Asked when the reader comes near the first bar that is loaded. */
  readonly onEarlier?: (() => void) | undefined;
  readonly onMark?: (id: string) => void;
}): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const parts = useRef<
    | {
        chart: IChartApi;
        candles: ISeriesApi<"Candlestick">;
        volume: ISeriesApi<"Histogram">;
        markers: ISeriesMarkersPluginApi<Time>;
        lines: IPriceLine[];
        firstMs: number;
        count: number;
      }
    | undefined
  >(undefined);
  const callbacks = useRef({ onEarlier, onMark });
  callbacks.current = { onEarlier, onMark };
  const { zone } = useSettings();
  const theme = useThemeKey();

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const chart = createChart(element, { autoSize: true, layout: { attributionLogo: false } });
    const candles = chart.addSeries(CandlestickSeries, { priceLineVisible: false });
    const volume = chart.addSeries(
      HistogramSeries,
      { priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false },
      1,
    );
    chart.panes()[1]?.setStretchFactor(0.22);
    const markers = createSeriesMarkers(candles, []);
    parts.current = { chart, candles, volume, markers, lines: [], firstMs: 0, count: 0 };
    const moved = (): void => {
      const range = chart.timeScale().getVisibleLogicalRange();
      const info = range === null ? null : candles.barsInLogicalRange(range);
      if (info !== null && info.barsBefore < EARLIER_BELOW) callbacks.current.onEarlier?.();
    };
    chart.timeScale().subscribeVisibleLogicalRangeChange(moved);
    chart.subscribeClick(({ hoveredObjectId }) => {
      if (typeof hoveredObjectId === "string") callbacks.current.onMark?.(hoveredObjectId);
    });
    // Hidden for hours the library leaves its canvas empty; an option that stays as it is paints it anew.
    const shown = (): void => {
      if (!document.hidden) chart.applyOptions({});
    };
    document.addEventListener("visibilitychange", shown);
    return () => {
      document.removeEventListener("visibilitychange", shown);
      chart.timeScale().unsubscribeVisibleLogicalRangeChange(moved);
      parts.current = undefined;
      chart.remove();
    };
  }, []);

  useEffect(() => {
    const made = parts.current;
    if (made === undefined) return;
    applyTheme(made.chart, zone);
    const { up, down, surface } = chartColors();
    // Rising bars are hollow, so that colour isn't all that tells them apart.
    made.candles.applyOptions({
      upColor: surface,
      downColor: down,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down,
    });
  }, [theme, zone]);

  useEffect(() => {
    const made = parts.current;
    if (made === undefined) return;
    const { up, down } = chartColors();
    const count = bars.openMs.length;
    const range = made.chart.timeScale().getVisibleLogicalRange();
    const rows = Array.from({ length: count }, (_, i) => ({
      time: stamp(bars.openMs[i]),
      open: bars.open[i],
      high: bars.high[i],
      low: bars.low[i],
      close: bars.close[i],
    }));
    made.candles.setData(rows);
    made.volume.setData(
      rows.map(({ time, open, close }, i) => ({
        time,
        value: bars.volume[i],
        color: `${close >= open ? up : down}66`,
      })),
    );
    const firstMs = count === 0 ? 0 : bars.openMs[0];
    // Bars that came before shift the logical range; the picture must not jump.
    if (range !== null && made.count > 0 && firstMs < made.firstMs) {
      const shift = rows.findIndex(({ time }) => time === stamp(made.firstMs));
      if (shift > 0) made.chart.timeScale().setVisibleLogicalRange({ from: range.from + shift, to: range.to + shift });
    }
    if (made.count === 0 && count > 0)
      made.chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, count - 180), to: count + 4 });
    made.firstMs = firstMs;
    made.count = count;
  }, [bars, theme]);

  useEffect(() => {
    const made = parts.current;
    if (made === undefined) return;
    const { up, down } = chartColors();
    const points = marks.map(
      (mark): SeriesMarker<Time> => ({
        id: mark.id,
        time: stamp(mark.atMs),
        position: mark.side === "buy" ? "belowBar" : "aboveBar",
        shape: mark.side === "buy" ? "arrowUp" : "arrowDown",
        color: mark.side === "buy" ? up : down,
        text: mark.label,
      }),
    );
    made.markers.setMarkers(points);
  }, [marks, theme]);

  useEffect(() => {
    const made = parts.current;
    if (made === undefined) return;
    const colors = chartColors();
    for (const line of made.lines) made.candles.removePriceLine(line);
    made.lines = lines.map(({ price, label: title, kind }) =>
      made.candles.createPriceLine({
        price,
        title,
        axisLabelVisible: true,
        lineWidth: 1,
        lineStyle: kind === "entry" ? LineStyle.Solid : LineStyle.Dashed,
        color: kind === "entry" ? colors.accent : kind === "stop" ? colors.warn : colors.up,
      }),
    );
  }, [lines, theme]);

  return (
    <figure className={css["chart"]} aria-label={label}>
      <div ref={box} style={{ height }} aria-hidden="true" />
      <Twin
        label={label}
        heads={[`open time (${zone})`, "open", "high", "low", "close", "volume"]}
        count={bars.openMs.length}
        row={(i) => [
          moment(bars.openMs[i] ?? null, zone),
          ...[bars.open, bars.high, bars.low, bars.close, bars.volume].map((column) => exact(column[i])),
        ]}
      />
      <p className={css["notice"]}>
        Charts by <a href="https://www.tradingview.com/">TradingView Lightweight Charts™</a>
      </p>
    </figure>
  );
}
