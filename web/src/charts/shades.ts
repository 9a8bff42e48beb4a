/**
 * @file What lies behind the candles: the regime of the market as a tint over the pane's height, trading sessions as lanes along
 * its upper edge, so that two that overlap are both seen.
 */
import type {
  IChartApi,
  IPanePrimitive,
  IPanePrimitivePaneView,
  IPrimitivePaneRenderer,
  Logical,
  PaneAttachedParameter,
} from "lightweight-charts";

/** Hours of UTC, `[fromHour, toHour)`, maybe over midnight. */
export type SessionHours = { readonly name: string; readonly fromHour: number; readonly toHour: number };

/** Bars `[from, to)`. */
export type Span = { readonly from: number; readonly to: number };
export type Lane = { readonly name: string; readonly spans: readonly Span[] };
export type Regime = "trend up" | "trend down" | "range" | "high volatility";
export type Tint = Span & { readonly regime: Regime };

const HOUR_MS = 3_600_000;
/** Bars of half a day or more lie in every session. */
const LONGEST_BAR_MS = 4 * HOUR_MS;
/** A gap of more than so many bars ends a span. */
const GAP_BARS = 1.5;

function isOpen({ fromHour, toHour }: SessionHours, timeMs: number): boolean {
  const hour = new Date(timeMs).getUTCHours();
  return fromHour < toHour ? hour >= fromHour && hour < toHour : hour >= fromHour || hour < toHour;
}

/** Bars of one answer next to each other, where it is not undefined. */
function spansOf<T>(
  openMs: ArrayLike<number>,
  barMs: number,
  of: (at: number) => T | undefined,
): Array<Span & { is: T }> {
  const spans: Array<Span & { is: T }> = [];
  for (let at = 0; at < openMs.length; at++) {
    const is = of(at);
    if (is === undefined) continue;
    const last = spans.at(-1);
    const goesOn = last?.is === is && last.to === at && openMs[at] - openMs[at - 1] <= GAP_BARS * barMs;
    if (goesOn) spans[spans.length - 1] = { ...last, to: at + 1 };
    else spans.push({ from: at, to: at + 1, is });
  }
  return spans;
}

/** The bars that open in each session; none where bars are too long to lie in one. */
export function lanesOf(openMs: ArrayLike<number>, barMs: number, sessions: readonly SessionHours[]): Lane[] {
  if (barMs >= LONGEST_BAR_MS) return [];
  return sessions.map((session) => ({
    name: session.name,
    spans: spansOf(openMs, barMs, (at) => (isOpen(session, openMs[at]) ? true : undefined)).map(({ from, to }) => ({
      from,
      to,
    })),
  }));
}

/** High volatility counts before trend and range, as where a model is held to contexts. */
const ORDER: readonly (readonly [line: string, regime: Regime])[] = [
  ["regime.volatile", "high volatility"],
  ["regime.up", "trend up"],
  ["regime.down", "trend down"],
  ["regime.range", "range"],
];

/** @param lines "regime.up" and its like, 0 or 1 a bar, NaN before it is sure */
export function regimeAt(lines: Readonly<Record<string, ArrayLike<number>>>, at: number): Regime | undefined {
  return ORDER.find(([line]) => lines[line]?.[at] === 1)?.[1];
}

export function tintsOf(
  openMs: ArrayLike<number>,
  barMs: number,
  lines: Readonly<Record<string, ArrayLike<number>>>,
): Tint[] {
  return spansOf(openMs, barMs, (at) => regimeAt(lines, at)).map(({ from, to, is }) => ({ from, to, regime: is }));
}

/** Names of the sessions that a bar opens in, and its regime: one line of text, empty where nothing is known. */
export function contextText(lanes: readonly Lane[], tints: readonly Tint[], at: number): string {
  const has = ({ from, to }: Span): boolean => at >= from && at < to;
  const open = lanes.filter(({ spans }) => spans.some(has)).map(({ name }) => name);
  const regime = tints.find(has)?.regime;
  return [...(open.length === 0 ? [] : [open.join(" + ")]), ...(regime === undefined ? [] : [regime])].join(" · ");
}

export type ShadeColors = Readonly<Record<Regime | "lane" | "text", string>>;

const LANE_HEIGHT = 4;
const LANE_STEP = 12;
/** So wide a tint says its name. */
const LEAST_LABEL = 64;
const FONT = "10px Inter, sans-serif";
/** Of a colour in hex, as two more digits. */
const FAINT = "1f";
const CLEAR = "b0";

type Target = Parameters<IPrimitivePaneRenderer["draw"]>[0];

const nothing = (): void => undefined;

/** Paints behind the series of the chart's first pane; told anew what to paint, it asks the chart for another picture. */
export class Shades implements IPanePrimitive {
  #lanes: readonly Lane[] = [];
  #tints: readonly Tint[] = [];
  #colors: ShadeColors | undefined;
  #renew = nothing;
  readonly #chart: IChartApi;
  readonly #views: readonly IPanePrimitivePaneView[];

  constructor(chart: IChartApi) {
    this.#chart = chart;
    const renderer: IPrimitivePaneRenderer = { draw: nothing, drawBackground: (target) => this.#draw(target) };
    this.#views = [{ zOrder: () => "bottom", renderer: () => renderer }];
  }

  attached({ requestUpdate }: PaneAttachedParameter): void {
    this.#renew = requestUpdate;
  }

  paneViews(): readonly IPanePrimitivePaneView[] {
    return this.#views;
  }

  show(lanes: readonly Lane[], tints: readonly Tint[], colors: ShadeColors): void {
    this.#lanes = lanes;
    this.#tints = tints;
    this.#colors = colors;
    this.#renew();
  }

  #draw(target: Target): void {
    const colors = this.#colors;
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (colors === undefined || range === null) return;
    const seen = ({ from, to }: Span): boolean => to >= range.from && from <= range.to + 1;
    const edge = (at: number): number => {
      const here = scale.logicalToCoordinate(at as Logical) ?? 0;
      return here - ((scale.logicalToCoordinate((at + 1) as Logical) ?? here) - here) / 2;
    };
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      context.font = FONT;
      context.textBaseline = "bottom";
      const box = (span: Span): readonly [left: number, width: number] => {
        const left = Math.max(0, edge(span.from));
        return [left, Math.min(width, edge(span.to)) - left];
      };
      for (const tint of this.#tints.filter(seen)) {
        const [left, wide] = box(tint);
        context.fillStyle = `${colors[tint.regime]}${FAINT}`;
        context.fillRect(left, 0, wide, height);
        if (wide < LEAST_LABEL) continue;
        context.fillStyle = colors.text;
        context.fillText(tint.regime, left + 4, height - 4, wide - 8);
      }
      for (const [row, { name, spans }] of this.#lanes.entries()) {
        const top = 4 + row * LANE_STEP;
        for (const span of spans.filter(seen)) {
          const [left, wide] = box(span);
          context.fillStyle = `${colors.lane}${CLEAR}`;
          context.fillRect(left, top, Math.max(1, wide - 1), LANE_HEIGHT);
          if (wide < LEAST_LABEL / 2) continue;
          context.fillStyle = colors.text;
          context.fillText(name, left, top + LANE_HEIGHT + 9, wide);
        }
      }
    });
  }
}
