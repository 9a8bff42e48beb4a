/**
 * @file Indicators as a chart draws them: the states that the features are read from, in the units of their formulas. A
 * picture beside a decision shows what the policy saw, because there is no second implementation.
 */
import { DAY_MS, TidemarkError } from "../core/index.ts";
import type { Candles } from "../market/index.ts";
import { Atr } from "./indicators/atr.ts";
import { Bollinger } from "./indicators/bollinger.ts";
import { Donchian, Keltner } from "./indicators/channels.ts";
import { DirectionalMovement } from "./indicators/directional-movement.ts";
import { Macd } from "./indicators/macd.ts";
import { Ema, Sma } from "./indicators/moving-average.ts";
import { Rsi } from "./indicators/rsi.ts";
import { Stochastic } from "./indicators/stochastic.ts";
import { SessionVwap } from "./indicators/vwap.ts";
import { MarketRegime } from "./regime/market-regime.ts";
import { IndicatorStreams } from "./streams.ts";

/** Deviations, and ATR, between the middle of a band and its edge: those of the features. */
const BAND = 2;
const KELTNER_ATR = 10;

type Line = readonly [name: string, read: () => number];

type Family = {
  /** The name with `#` for every number. */
  readonly pattern: string;
  readonly title: string;
  /** Numbers that are usual. */
  readonly usual: readonly number[];
  /** Whether it is drawn over the price, in its units; else in a pane of its own. */
  readonly overPrice: boolean;
  /** Levels that a pane marks. */
  readonly levels: readonly number[];
  readonly source: string;
  /** Bars before the seed of its averages is complete; its warm-up where absent. */
  readonly seed?: (numbers: readonly number[]) => number;
  readonly lines: (streams: IndicatorStreams, numbers: readonly number[]) => readonly Line[];
};

const FAMILIES: readonly Family[] = [
  {
    pattern: "sma#",
    title: "Simple moving average",
    usual: [20],
    overPrice: true,
    levels: [],
    source: "as TA-Lib SMA",
    lines: (streams, [bars]) => {
      const sma = streams.use(Sma, bars);
      return [["", () => sma.value]];
    },
  },
  {
    pattern: "ema#",
    title: "Exponential moving average",
    usual: [50],
    overPrice: true,
    levels: [],
    source: "as TA-Lib EMA",
    seed: ([bars]) => bars - 1,
    lines: (streams, [bars]) => {
      const ema = streams.use(Ema, bars);
      return [["", () => ema.value]];
    },
  },
  {
    pattern: "boll#",
    title: "Bollinger bands, 2 deviations",
    usual: [20],
    overPrice: true,
    levels: [],
    source: "Bollinger 2001, population deviation as TA-Lib BBANDS",
    lines: (streams, [bars]) => {
      const bands = streams.use(Bollinger, bars);
      return [
        ["upper", () => bands.middle + BAND * bands.deviation],
        ["middle", () => bands.middle],
        ["lower", () => bands.middle - BAND * bands.deviation],
      ];
    },
  },
  {
    pattern: "keltner#",
    title: "Keltner bands, 2 ATR",
    usual: [20],
    overPrice: true,
    levels: [],
    source: "Raschke's form: EMA and ATR",
    seed: ([bars]) => Math.max(bars, KELTNER_ATR),
    lines: (streams, [bars]) => {
      const channel = streams.use(Keltner, bars, KELTNER_ATR);
      return [
        ["upper", () => channel.middle + BAND * channel.unit],
        ["middle", () => channel.middle],
        ["lower", () => channel.middle - BAND * channel.unit],
      ];
    },
  },
  {
    pattern: "donchian#",
    title: "Donchian channel",
    usual: [20],
    overPrice: true,
    levels: [],
    source: "Donchian",
    lines: (streams, [bars]) => {
      const channel = streams.use(Donchian, bars);
      return [
        ["upper", () => channel.high],
        ["lower", () => channel.low],
      ];
    },
  },
  {
    pattern: "vwap",
    title: "Volume-weighted average price since 00:00 UTC",
    usual: [],
    overPrice: true,
    levels: [],
    source: "own definition",
    lines: (streams) => {
      const vwap = streams.use(SessionVwap, Math.max(1, Math.ceil(DAY_MS / streams.bar.barMs)));
      return [["", () => vwap.value]];
    },
  },
  {
    pattern: "rsi#",
    title: "Relative strength index",
    usual: [14],
    overPrice: false,
    levels: [30, 70],
    source: "Wilder 1978, as TA-Lib RSI",
    seed: ([bars]) => bars,
    lines: (streams, [bars]) => {
      const rsi = streams.use(Rsi, bars);
      return [["", () => rsi.value]];
    },
  },
  {
    pattern: "macd#-#-#",
    title: "MACD: line, signal, histogram",
    usual: [12, 26, 9],
    overPrice: false,
    levels: [0],
    source: "Appel 1979, as TA-Lib MACD",
    seed: ([, slow, signal]) => slow + signal - 2,
    lines: (streams, [fast, slow, signal]) => {
      const macd = streams.use(Macd, fast, slow, signal);
      return [
        ["line", () => macd.line],
        ["signal", () => macd.signal],
        ["histogram", () => macd.histogram],
      ];
    },
  },
  {
    pattern: "atr#",
    title: "Average true range",
    usual: [14],
    overPrice: false,
    levels: [],
    source: "Wilder 1978, as TA-Lib ATR",
    seed: ([bars]) => bars,
    lines: (streams, [bars]) => {
      const atr = streams.use(Atr, bars);
      return [["", () => atr.value]];
    },
  },
  {
    pattern: "adx#",
    title: "Directional movement: ADX, +DI, −DI",
    usual: [14],
    overPrice: false,
    levels: [25],
    source: "Wilder 1978, as TA-Lib ADX",
    seed: ([bars]) => 2 * bars,
    lines: (streams, [bars]) => {
      const movement = streams.use(DirectionalMovement, bars);
      return [
        ["adx", () => movement.adx],
        ["plus", () => movement.plusDi],
        ["minus", () => movement.minusDi],
      ];
    },
  },
  {
    pattern: "stoch#-#-#",
    title: "Stochastic: %K, %D",
    usual: [14, 3, 3],
    overPrice: false,
    levels: [20, 80],
    source: "Lane, as TA-Lib STOCH",
    lines: (streams, [bars, slowing, signal]) => {
      const stochastic = streams.use(Stochastic, bars, slowing, signal);
      return [
        ["k", () => stochastic.k],
        ["d", () => stochastic.d],
      ];
    },
  },
];

/** What a chart shades bars by: drawn as the others are, chosen otherwise. Its lines are features by the same names, 0 or 1. */
const REGIME: Family = {
  pattern: "regime",
  title: "Regime of the market",
  usual: [],
  overPrice: true,
  levels: [],
  source: "rules with hysteresis on ADX, EMA slope, band width and volatility over ATR",
  lines: (streams) => {
    const regime = streams.use(MarketRegime);
    return [
      ["up", () => regime.up],
      ["down", () => regime.down],
      ["range", () => regime.range],
      ["volatile", () => regime.volatile],
    ];
  },
};
const BY_PATTERN = new Map([...FAMILIES, REGIME].map((family) => [family.pattern, family]));

/** An indicator that a chart can draw. */
export type ChartIndicator = Pick<Family, "title" | "overPrice" | "levels" | "source"> & {
  /** A name with its usual numbers, such as "ema50". */
  readonly name: string;
  /** The name with `#` for every number. */
  readonly pattern: string;
};

/** Every indicator that a chart can draw, each with its usual numbers. */
export function chartIndicators(): readonly ChartIndicator[] {
  return FAMILIES.map(({ pattern, title, usual, overPrice, levels, source }) => {
    let at = 0;
    const name = pattern.replaceAll("#", () => String(usual[at++]));
    return { name, pattern, title, overPrice, levels, source };
  });
}

/** One indicator over bars as they come. */
class Drawing {
  /** Bars before the first final value. */
  readonly warmup: number;
  readonly names: readonly string[];
  /** Bars before the first value that says something, where nothing lies before them. */
  readonly #seed: number;
  readonly #streams: IndicatorStreams;
  readonly #lines: readonly Line[];

  constructor(name: string, barMs: number) {
    const family = BY_PATTERN.get(name.replaceAll(/\d+/g, "#"));
    if (family === undefined) {
      throw new TidemarkError("CONFIG_VALUE", {
        what: `"${name.slice(0, 40)}" is no indicator of a chart`,
        where: "names",
        fix: `There are ${chartIndicators()
          .map((one) => one.name)
          .join(", ")}, with any whole numbers.`,
      });
    }
    this.#streams = new IndicatorStreams(barMs);
    const numbers = [...name.matchAll(/\d+/g)].map((digits) => Number(digits[0]));
    this.#lines = family.lines(this.#streams, numbers);
    this.warmup = this.#streams.warmup;
    this.#seed = Math.min(this.warmup, family.seed?.(numbers) ?? this.warmup);
    this.names = this.#lines.map(([line]) => (line === "" ? name : `${name}.${line}`));
  }

  run({ length, timeMs, open, high, low, close, volume }: Candles): Float64Array[] {
    const columns = this.#lines.map(() => new Float64Array(length).fill(Number.NaN));
    const streams = this.#streams;
    const nothing = new Float32Array(0);
    for (let i = 0; i < length; i++) {
      streams.bar.set(timeMs[i], open[i], high[i], low[i], close[i], volume[i], 0);
      streams.advance(nothing, 0);
      if (i < this.#seed) continue;
      for (let line = 0; line < columns.length; line++) columns[line][i] = this.#lines[line][1]();
    }
    return columns;
  }
}

/**
 * Bars before the first final value of the slowest of these indicators. Throws CONFIG_VALUE where a name or one of its numbers
 * makes no sense.
 */
export function chartWarmup(names: readonly string[], barMs: number): number {
  return Math.max(0, ...names.map((name) => new Drawing(name, barMs).warmup));
}

/**
 * Lines by name ("ema50", "boll20.upper", "macd12-26-9.histogram"), one value a candle in the units of the formula: prices, or
 * 0 to 100; of "regime" 0 or 1. NaN until there are bars enough to begin with, as TA-Lib does; after `chartWarmup` bars a value no longer depends
 * on where the candles begin. The candles are of `barMs`, in order of time. Throws CONFIG_VALUE like `chartWarmup`.
 */
export function drawIndicators(
  candles: Candles,
  barMs: number,
  names: readonly string[],
): Readonly<Record<string, Float64Array>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const drawing = new Drawing(name, barMs);
      const columns = drawing.run(candles);
      return drawing.names.map((line, at) => [line, columns[at]] as const);
    }),
  );
}
