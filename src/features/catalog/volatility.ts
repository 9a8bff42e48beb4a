/** @file Features of volatility: deviations, ranges, bands and channels. */
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { share } from "../indicator.ts";
import { Atr } from "../indicators/atr.ts";
import { Bollinger } from "../indicators/bollinger.ts";
import { Donchian, Keltner } from "../indicators/channels.ts";
import { RangeVolatility } from "../indicators/range-volatility.ts";
import { RealizedVolatility } from "../indicators/realized-volatility.ts";
import { ATR_PERIOD, FAR } from "./scale.ts";

const feature = featuresOf(FeatureGroup.volatility);
/** Since a still market has a yardstick, and comes to rest. */
const revised = featuresOf(FeatureGroup.volatility, 2);
/** Deviations between the middle and a Bollinger band, and ATR between the middle and a Keltner band. */
const BAND = 2;
const BOLLINGER = "Bollinger 2001, as TA-Lib BBANDS";
const KELTNER = "Raschke's form of Keltner 1960";
const KELTNER_ATR = 10;

export const volatilityFeatures: readonly FeatureDefinition[] = [
  feature(
    "volatility#",
    [0, 1],
    "Standard deviation of the log returns of {0} bars",
    "population deviation, not annualised",
    (streams, bars) => {
      const volatility = streams.use(RealizedVolatility, bars);
      return (out, at) => {
        out[at] = volatility.value;
      };
    },
  ),
  feature(
    "volatility#-#.ratio",
    [0, 10],
    "Volatility of {0} bars over that of {1} bars",
    "own definition",
    (streams, one, other) => {
      const first = streams.use(RealizedVolatility, one);
      const second = streams.use(RealizedVolatility, other);
      return (out, at) => {
        out[at] = share(first.value, second.value, 1);
      };
    },
  ),
  feature("parkinson#", [0, 1], "Volatility from the highs and lows of {0} bars", "Parkinson 1980", (streams, bars) => {
    const volatility = streams.use(RangeVolatility, bars);
    return (out, at) => {
      out[at] = volatility.parkinson;
    };
  }),
  feature(
    "garmanklass#",
    [0, 1],
    "Volatility from all four prices of {0} bars",
    "Garman and Klass 1980",
    (streams, bars) => {
      const volatility = streams.use(RangeVolatility, bars);
      return (out, at) => {
        out[at] = volatility.garmanKlass;
      };
    },
  ),
  feature(
    "atr#.share",
    [0, 1],
    "Average true range of {0} bars as a share of the close",
    "Wilder 1978, as TA-Lib NATR / 100",
    (streams, bars) => {
      const { bar } = streams;
      const atr = streams.use(Atr, bars);
      return (out, at) => {
        out[at] = share(atr.value, bar.close);
      };
    },
  ),
  feature(
    "boll#.position",
    [-5, 5],
    "Close between the Bollinger bands of {0} bars and 2 deviations: -1 lower band, 1 upper band",
    BOLLINGER,
    (streams, bars) => {
      const bands = streams.use(Bollinger, bars);
      return (out, at) => {
        out[at] = bands.score / BAND;
      };
    },
  ),
  feature(
    "boll#.width",
    [0, 2],
    "Distance between the Bollinger bands of {0} bars and 2 deviations as a share of their middle",
    BOLLINGER,
    (streams, bars) => {
      const bands = streams.use(Bollinger, bars);
      return (out, at) => {
        out[at] = share(2 * BAND * bands.deviation, bands.middle);
      };
    },
  ),
  revised(
    "keltner#.position",
    [-10, 10],
    "Close between the Keltner bands of {0} bars and 2 ATR: -1 lower band, 1 upper band",
    KELTNER,
    (streams, bars) => {
      const { bar } = streams;
      const channel = streams.use(Keltner, bars, KELTNER_ATR);
      return (out, at) => {
        out[at] = (bar.close - channel.middle) / (BAND * channel.unit);
      };
    },
  ),
  revised(
    "keltner#.squeeze",
    [0, 10],
    "Width of the Bollinger bands over the width of the Keltner bands, {0} bars; below 1 the first lie inside",
    KELTNER,
    (streams, bars) => {
      const bands = streams.use(Bollinger, bars);
      const channel = streams.use(Keltner, bars, KELTNER_ATR);
      return (out, at) => {
        out[at] = bands.deviation / channel.unit;
      };
    },
  ),
  feature(
    "donchian#.position",
    [-1, 1],
    "Close between the lowest low (-1) and the highest high (1) of {0} bars",
    "Donchian",
    (streams, bars) => {
      const { bar } = streams;
      const channel = streams.use(Donchian, bars);
      return (out, at) => {
        out[at] = share(2 * bar.close - channel.high - channel.low, channel.high - channel.low);
      };
    },
  ),
  revised(
    "donchian#.width",
    [0, FAR],
    "Highest high minus lowest low of {0} bars, in ATR of 14 bars",
    "Donchian",
    (streams, bars) => {
      const channel = streams.use(Donchian, bars);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (channel.high - channel.low) / atr.unit;
      };
    },
  ),
];
