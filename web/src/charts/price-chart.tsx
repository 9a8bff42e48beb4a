/**
 * @file Candles with what was done there: markers of fills, lines of stops and targets; indicators over the price and in panes of
 * their own below the volume.
 */
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
  LineSeries,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { type ReactNode, useEffect, useRef } from "react";
import { exact, moment, number, type Zone } from "../lib/format.ts";
import { useSettings, useThemeKey } from "../lib/settings.ts";
import css from "./chart.module.css";
import { type ChartColors, chartColors } from "./palette.ts";
import { contextText, type Lane, type ShadeColors, Shades, type Tint } from "./shades.ts";
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

/** An indicator: one or more lines over the price, or in a pane. */
export type Study = {
  readonly name: string;
  readonly overPrice: boolean;
  /** Values where the pane has a line across. */
  readonly levels: readonly number[];
  /** Each with a value a bar, NaN where there is none. */
  readonly lines: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
};

const EARLIER_BELOW = 50;
const PANE_HEIGHT = 110;
/** A pane beside the price, of its height. */
const PANE_SHARE = 0.26;

type AnySeries = ISeriesApi<"Line"> | ISeriesApi<"Histogram">;
type Drawn = { readonly name: string; readonly series: AnySeries };

/** Significant digits enough to tell two values apart. */
function reading(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  return number(value, size >= 1_000 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 4 : 6);
}

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

function linesOf(studies: readonly Study[]): readonly Study["lines"][number][] {
  return studies.flatMap(({ lines }) => lines);
}

function panesOf(studies: readonly Study[]): number {
  return studies.filter(({ overPrice, lines }) => !overPrice && lines.length > 0).length;
}

type Shown = {
  readonly bars: Bars;
  readonly studies: readonly Study[];
  readonly lanes: readonly Lane[];
  readonly tints: readonly Tint[];
};

const NO_LANES: readonly Lane[] = [];
const NO_TINTS: readonly Tint[] = [];

function shadeColors({ up, down, accent, warn, muted }: ChartColors): ShadeColors {
  return { "trend up": up, "trend down": down, range: accent, "high volatility": warn, lane: muted, text: muted };
}

/** The bar and every line at it, as one line of text. */
function readingOf({ bars, studies, lanes, tints }: Shown, at: number): string {
  if (at < 0) return "";
  const bar = [
    ["O", bars.open],
    ["H", bars.high],
    ["L", bars.low],
    ["C", bars.close],
  ] as const;
  return [
    ...bar.map(([name, column]) => `${name} ${exact(Number(column[at].toPrecision(8)))}`),
    ...linesOf(studies).map(({ name, values }) => `${name} ${reading(values[at])}`),
    contextText(lanes, tints, at),
  ].join("   ");
}

/** Series without data yet: over the price, or in a new pane below for each that needs one. */
function drawStudies(chart: IChartApi, studies: readonly Study[]): Drawn[] {
  const colors = chartColors();
  const drawn: Drawn[] = [];
  let pane = 1;
  let hue = 0;
  for (const { overPrice, lines, levels } of studies) {
    if (lines.length === 0) continue;
    if (!overPrice) pane++;
    const at = overPrice ? 0 : pane;
    for (const [index, { name }] of lines.entries()) {
      const options = { lastValueVisible: false, priceLineVisible: false };
      // The middle of a band is told from its edges by dashes.
      const color = colors.series[(overPrice ? hue : hue + index) % colors.series.length];
      const isBars = name.endsWith(".histogram");
      const series = isBars
        ? chart.addSeries(HistogramSeries, options, at)
        : chart.addSeries(
            LineSeries,
            {
              ...options,
              color,
              title: overPrice ? "" : name,
              lineWidth: name.endsWith(".middle") ? 1 : 2,
              lineStyle: name.endsWith(".middle") || name.endsWith(".signal") ? LineStyle.Dashed : LineStyle.Solid,
              crosshairMarkerVisible: false,
            },
            at,
          );
      if (index === 0)
        for (const price of levels)
          series.createPriceLine({
            price,
            color: colors.strong,
            lineWidth: 1,
            lineStyle: LineStyle.Dotted,
            axisLabelVisible: false,
          });
      drawn.push({ name, series });
    }
    hue += overPrice ? 1 : lines.length;
    if (!overPrice) chart.panes()[at]?.setStretchFactor(PANE_SHARE);
  }
  return drawn;
}

export function PriceChart({
  label,
  bars,
  marks = [],
  lines = [],
  studies = [],
  lanes = NO_LANES,
  tints = NO_TINTS,
  height = 420,
  onEarlier,
  onMark,
}: {
  readonly label: string;
  readonly bars: Bars;
  readonly marks?: readonly TradeMark[];
  readonly lines?: readonly PriceLine[];
  readonly studies?: readonly Study[];
  /** Trading sessions and regimes behind the bars. */
  readonly lanes?: readonly Lane[];
  readonly tints?: readonly Tint[];
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
        drawn: Drawn[];
        shades: Shades;
        firstMs: number;
        count: number;
      }
    | undefined
  >(undefined);
  const readout = useRef<HTMLParagraphElement>(null);
  const callbacks = useRef({ onEarlier, onMark });
  callbacks.current = { onEarlier, onMark };
  const shownNow = useRef<Shown>({ bars, studies, lanes, tints });
  shownNow.current = { bars, studies, lanes, tints };
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
    chart.panes()[1]?.setStretchFactor(PANE_SHARE);
    const markers = createSeriesMarkers(candles, []);
    const shades = new Shades(chart);
    chart.panes()[0]?.attachPrimitive(shades);
    parts.current = { chart, candles, volume, markers, shades, lines: [], drawn: [], firstMs: 0, count: 0 };
    const moved = (): void => {
      const range = chart.timeScale().getVisibleLogicalRange();
      const info = range === null ? null : candles.barsInLogicalRange(range);
      if (info !== null && info.barsBefore < EARLIER_BELOW) callbacks.current.onEarlier?.();
    };
    chart.timeScale().subscribeVisibleLogicalRangeChange(moved);
    // Written past React: it changes with every step of the pointer.
    const read = (at: number): void => {
      if (readout.current !== null) readout.current.textContent = readingOf(shownNow.current, at);
    };
    chart.subscribeCrosshairMove(({ logical }) => {
      const last = shownNow.current.bars.openMs.length - 1;
      read(logical === undefined ? last : Math.min(last, Math.max(0, Math.round(logical))));
    });
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
    // Whoever looks at the newest bar goes on looking at it.
    else if (range !== null && made.count > 0 && count > made.count && range.to >= made.count - 1) {
      const more = count - made.count;
      made.chart.timeScale().setVisibleLogicalRange({ from: range.from + more, to: range.to + more });
    }
    if (made.count === 0 && count > 0)
      made.chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, count - 180), to: count + 4 });
    made.firstMs = firstMs;
    made.count = count;
  }, [bars, theme]);

  const asked = studies.map(({ name, lines: own }) => `${name}:${own.length}`).join(" ");
  useEffect(() => {
    const made = parts.current;
    if (made === undefined) return;
    for (const { series } of made.drawn) made.chart.removeSeries(series);
    made.drawn = drawStudies(made.chart, shownNow.current.studies);
  }, [asked, theme]);

  useEffect(() => {
    const made = parts.current;
    if (made === undefined) return;
    const values = new Map(studies.flatMap(({ lines: own }) => own.map((line) => [line.name, line.values] as const)));
    const { up, down } = chartColors();
    for (const { name, series } of made.drawn) {
      const own = values.get(name);
      const isBars = series.seriesType() === "Histogram";
      series.setData(
        Array.from({ length: bars.openMs.length }, (_, i) => {
          const time = stamp(bars.openMs[i]);
          const value = own?.[i] ?? Number.NaN;
          if (!Number.isFinite(value)) return { time };
          return isBars ? { time, value, color: `${value >= 0 ? up : down}99` } : { time, value };
        }),
      );
    }
    if (readout.current !== null)
      readout.current.textContent = readingOf({ bars, studies, lanes, tints }, bars.openMs.length - 1);
  }, [bars, studies, lanes, tints, asked, theme]);

  useEffect(() => {
    parts.current?.shades.show(lanes, tints, shadeColors(chartColors()));
  }, [lanes, tints, theme]);

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
      <p ref={readout} className={css["readout"]} aria-hidden="true" />
      <div ref={box} style={{ height: height + PANE_HEIGHT * panesOf(studies) }} aria-hidden="true" />
      <Twin
        label={label}
        heads={[
          `open time (${zone})`,
          "open",
          "high",
          "low",
          "close",
          "volume",
          ...linesOf(studies).map(({ name }) => name),
          ...(lanes.length + tints.length === 0 ? [] : ["session · regime"]),
        ]}
        count={bars.openMs.length}
        row={(i) => [
          moment(bars.openMs[i] ?? null, zone),
          ...[bars.open, bars.high, bars.low, bars.close, bars.volume].map((column) => exact(column[i])),
          ...linesOf(studies).map(({ values }) => reading(values[i])),
          ...(lanes.length + tints.length === 0 ? [] : [contextText(lanes, tints, i)]),
        ]}
      />
      <p className={css["notice"]}>
        Charts by <a href="https://www.tradingview.com/">TradingView Lightweight Charts™</a>
      </p>
    </figure>
  );
}
