/** @file What a feature is: a name, a range, a source, and how to build the writer of its value from shared indicators. */
import type { Bar } from "./bar.ts";
import type { Indicator, IndicatorClass } from "./indicator.ts";
import type { FeatureWriter, IndicatorStreams } from "./streams.ts";

export const FeatureGroup = {
  shape: "shape",
  momentum: "momentum",
  trend: "trend",
  volatility: "volatility",
  volume: "volume",
  market: "market",
  funding: "funding",
  ict: "ict",
  pattern: "pattern",
  regime: "regime",
  calendar: "calendar",
  perp: "perp",
  sentiment: "sentiment",
  onchain: "onchain",
  custom: "custom",
} as const;
export type FeatureGroup = (typeof FeatureGroup)[keyof typeof FeatureGroup];

/** A family of features whose names differ in their numbers only. */
export type FeatureDefinition = {
  /** The name with `#` for every number, such as "ema#.distance". */
  readonly pattern: string;
  readonly group: FeatureGroup;
  /** Raised whenever the same name starts to give other values, so that old models notice. */
  readonly version: number;
  /** One sentence; `{0}`, `{1}` stand for the numbers of the name. */
  readonly description: string;
  /** Where the formula comes from. */
  readonly source: string;
  /** Values are clipped to it. */
  readonly range: readonly [low: number, high: number];
  /** Alternative series that it reads; none for most. */
  readonly series?: readonly string[];
  readonly build: (streams: IndicatorStreams, ...params: number[]) => FeatureWriter;
};

/**
 * The usual way to build a feature: a number read off one indicator, which gets the numbers of the feature's name as its
 * parameters: `build: reading(Rsi, (rsi) => rsi.value / 50 - 1)`.
 * @param read called once a finished bar, after the indicator has seen it
 */
export function reading<T extends Indicator>(
  type: IndicatorClass<T>,
  read: (indicator: T, bar: Bar) => number,
): FeatureDefinition["build"] {
  return (streams, ...params) => {
    const indicator = streams.use(type, ...params);
    const { bar } = streams;
    return (out, at) => {
      out[at] = read(indicator, bar);
    };
  };
}

/** Short form for a file of one group and version. */
export function featuresOf(group: FeatureGroup, version = 1) {
  return (
    pattern: string,
    range: readonly [number, number],
    description: string,
    source: string,
    build: FeatureDefinition["build"],
  ): FeatureDefinition => ({ pattern, group, version, description, source, range, build });
}
