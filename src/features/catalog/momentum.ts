/** @file Features of momentum: oscillators and rates of change. */
import { type FeatureDefinition, FeatureGroup } from "../definition.ts";
import { Rsi } from "../indicators/rsi.ts";

const group = FeatureGroup.momentum;
const version = 1;

export const momentumFeatures: readonly FeatureDefinition[] = [
  {
    pattern: "rsi#",
    group,
    version,
    description: "Relative strength index of {0} bars, mapped from [0, 100] to [-1, 1]",
    source: "Wilder 1978, as TA-Lib RSI",
    range: [-1, 1],
    build: (streams, bars) => {
      const rsi = streams.use(Rsi, bars);
      return (out, at) => {
        out[at] = rsi.value / 50 - 1;
      };
    },
  },
];
