/** @file Features of the candle itself. */
import { type FeatureDefinition, FeatureGroup } from "../definition.ts";
import { share } from "../indicator.ts";
import { Atr } from "../indicators/atr.ts";
import { Momentum } from "../indicators/momentum.ts";

const ATR_PERIOD = 14;
const group = FeatureGroup.shape;
const source = "own definition";
const version = 1;

export const shapeFeatures: readonly FeatureDefinition[] = [
  {
    pattern: "return#",
    group,
    version,
    description: "Log return of the close over {0} bars",
    source,
    range: [-1, 1],
    build: (streams, bars) => {
      const momentum = streams.use(Momentum, bars);
      return (out, at) => {
        out[at] = momentum.logReturn;
      };
    },
  },
  {
    pattern: "candle.body",
    group,
    version,
    description: "Close minus open as a share of the bar's range",
    source,
    range: [-1, 1],
    build: ({ bar }) => {
      return (out, at) => {
        out[at] = share(bar.close - bar.open, bar.high - bar.low);
      };
    },
  },
  {
    pattern: "candle.upper",
    group,
    version,
    description: "Upper wick as a share of the bar's range",
    source,
    range: [0, 1],
    build: ({ bar }) => {
      return (out, at) => {
        out[at] = share(bar.high - Math.max(bar.open, bar.close), bar.high - bar.low);
      };
    },
  },
  {
    pattern: "candle.lower",
    group,
    version,
    description: "Lower wick as a share of the bar's range",
    source,
    range: [0, 1],
    build: ({ bar }) => {
      return (out, at) => {
        out[at] = share(Math.min(bar.open, bar.close) - bar.low, bar.high - bar.low);
      };
    },
  },
  {
    pattern: "candle.range",
    group,
    version,
    description: "High minus low over the average true range of 14 bars",
    source,
    range: [0, 20],
    build: (streams) => {
      const { bar } = streams;
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = share(bar.high - bar.low, atr.value);
      };
    },
  },
  {
    pattern: "candle.gap",
    group,
    version,
    description: "Open minus the close before over the average true range of 14 bars",
    source,
    range: [-20, 20],
    build: (streams) => {
      const { bar } = streams;
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = share(bar.open - bar.previousClose, atr.value);
      };
    },
  },
];
