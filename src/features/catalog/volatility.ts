/** @file Features of volatility: bands, ranges and deviations. */
import { type FeatureDefinition, FeatureGroup } from "../definition.ts";
import { share } from "../indicator.ts";
import { Atr } from "../indicators/atr.ts";
import { Bollinger } from "../indicators/bollinger.ts";
import { RealizedVolatility } from "../indicators/realized-volatility.ts";

const group = FeatureGroup.volatility;
const version = 1;
/** Deviations between the middle and a Bollinger band. */
const BAND_WIDTH = 2;

export const volatilityFeatures: readonly FeatureDefinition[] = [
  {
    pattern: "volatility#",
    group,
    version,
    description: "Standard deviation of the log returns of {0} bars",
    source: "population deviation, not annualised",
    range: [0, 1],
    build: (streams, bars) => {
      const volatility = streams.use(RealizedVolatility, bars);
      return (out, at) => {
        out[at] = volatility.value;
      };
    },
  },
  {
    pattern: "atr#.share",
    group,
    version,
    description: "Average true range of {0} bars as a share of the close",
    source: "Wilder 1978, as TA-Lib NATR / 100",
    range: [0, 1],
    build: (streams, bars) => {
      const { bar } = streams;
      const atr = streams.use(Atr, bars);
      return (out, at) => {
        out[at] = share(atr.value, bar.close);
      };
    },
  },
  {
    pattern: "boll#.position",
    group,
    version,
    description:
      "Close between the Bollinger bands of {0} bars and 2 deviations: -1 lower band, 0 middle, 1 upper band",
    source: "Bollinger 2001, as TA-Lib BBANDS",
    range: [-5, 5],
    build: (streams, bars) => {
      const bands = streams.use(Bollinger, bars);
      return (out, at) => {
        out[at] = bands.score / BAND_WIDTH;
      };
    },
  },
  {
    pattern: "boll#.width",
    group,
    version,
    description: "Distance between the Bollinger bands of {0} bars and 2 deviations as a share of their middle",
    source: "Bollinger 2001, as TA-Lib BBANDS",
    range: [0, 2],
    build: (streams, bars) => {
      const bands = streams.use(Bollinger, bars);
      return (out, at) => {
        out[at] = share(2 * BAND_WIDTH * bands.deviation, bands.middle);
      };
    },
  },
];
