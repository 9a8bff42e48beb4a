/** @file Features of momentum: returns, oscillators and rates of change. */
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { Atr } from "../indicators/atr.ts";
import { Cci } from "../indicators/cci.ts";
import { Macd } from "../indicators/macd.ts";
import { Momentum } from "../indicators/momentum.ts";
import { RelativeVolatilityIndex } from "../indicators/relative-volatility.ts";
import { Rsi } from "../indicators/rsi.ts";
import { StochRsi } from "../indicators/stoch-rsi.ts";
import { Stochastic } from "../indicators/stochastic.ts";
import { Trix } from "../indicators/trix.ts";
import { UltimateOscillator } from "../indicators/ultimate-oscillator.ts";
import { WilliamsR } from "../indicators/williams-r.ts";
import { ATR_PERIOD } from "./scale.ts";

const feature = featuresOf(FeatureGroup.momentum);
/** Since a still market has a yardstick, and comes to rest. */
const revised = featuresOf(FeatureGroup.momentum, 2);
const MAPPED = "mapped from [0, 100] to [-1, 1]";
const MACD = "Appel 1979, as TA-Lib MACD";

export const momentumFeatures: readonly FeatureDefinition[] = [
  feature("return#", [-1, 1], "Log return of the close over {0} bars", "own definition", (streams, bars) => {
    const momentum = streams.use(Momentum, bars);
    return (out, at) => {
      out[at] = momentum.logReturn;
    };
  }),
  feature("roc#", [-1, 5], "Rate of change of the close over {0} bars, as a share", "TA-Lib ROCP", (streams, bars) => {
    const momentum = streams.use(Momentum, bars);
    return (out, at) => {
      out[at] = momentum.ratePercent / 100;
    };
  }),
  revised(
    "rsi#",
    [-1, 1],
    `Relative strength index of {0} bars, ${MAPPED}`,
    "Wilder 1978, as TA-Lib RSI",
    (streams, bars) => {
      const rsi = streams.use(Rsi, bars);
      return (out, at) => {
        out[at] = rsi.value / 50 - 1;
      };
    },
  ),
  revised(
    "stochrsi#.k",
    [-1, 1],
    `Stochastic of the RSI of {0} bars, ${MAPPED}`,
    "Chande and Kroll 1994, as TA-Lib STOCHRSI",
    (streams, bars) => {
      const stoch = streams.use(StochRsi, bars);
      return (out, at) => {
        out[at] = stoch.k / 50 - 1;
      };
    },
  ),
  revised(
    "stochrsi#.d",
    [-1, 1],
    `Mean of three stochastics of the RSI of {0} bars, ${MAPPED}`,
    "Chande and Kroll 1994, as TA-Lib STOCHRSI",
    (streams, bars) => {
      const stoch = streams.use(StochRsi, bars);
      return (out, at) => {
        out[at] = stoch.d / 50 - 1;
      };
    },
  ),
  feature(
    "stoch#-#-#.k",
    [-1, 1],
    `Stochastic of {0} bars smoothed over {1}, ${MAPPED}`,
    "Lane, as TA-Lib STOCH",
    (streams, bars, slowing, signal) => {
      const stoch = streams.use(Stochastic, bars, slowing, signal);
      return (out, at) => {
        out[at] = stoch.k / 50 - 1;
      };
    },
  ),
  feature(
    "stoch#-#-#.d",
    [-1, 1],
    `Signal of the stochastic of {0} bars: its mean over {2}, ${MAPPED}`,
    "Lane, as TA-Lib STOCH",
    (streams, bars, slowing, signal) => {
      const stoch = streams.use(Stochastic, bars, slowing, signal);
      return (out, at) => {
        out[at] = stoch.d / 50 - 1;
      };
    },
  ),
  feature(
    "cci#",
    [-10, 10],
    "Commodity channel index of {0} bars over 100",
    "Lambert 1980, as TA-Lib CCI",
    (streams, bars) => {
      const cci = streams.use(Cci, bars);
      return (out, at) => {
        out[at] = cci.value / 100;
      };
    },
  ),
  feature(
    "willr#",
    [-1, 1],
    "Williams %R of {0} bars, mapped from [-100, 0] to [-1, 1]",
    "Williams 1973, as TA-Lib WILLR",
    (streams, bars) => {
      const williams = streams.use(WilliamsR, bars);
      return (out, at) => {
        out[at] = williams.value / 50 + 1;
      };
    },
  ),
  feature(
    "trix#",
    [-10, 10],
    "One-bar change of the close smoothed three times over {0} bars, in percent",
    "Hutson 1983, as TA-Lib TRIX",
    (streams, bars) => {
      const trix = streams.use(Trix, bars);
      return (out, at) => {
        out[at] = trix.value;
      };
    },
  ),
  feature(
    "uo#-#-#",
    [-1, 1],
    `Ultimate oscillator of {0}, {1} and {2} bars, ${MAPPED}`,
    "Williams 1985, as TA-Lib ULTOSC",
    (streams, short, middle, long) => {
      const oscillator = streams.use(UltimateOscillator, short, middle, long);
      return (out, at) => {
        out[at] = oscillator.value / 50 - 1;
      };
    },
  ),
  revised("rvi#", [-1, 1], `Relative volatility index of {0} bars, ${MAPPED}`, "Dorsey 1993", (streams, bars) => {
    const index = streams.use(RelativeVolatilityIndex, bars);
    return (out, at) => {
      out[at] = index.value / 50 - 1;
    };
  }),
  revised(
    "macd#-#-#.line",
    [-20, 20],
    "EMA of {0} bars minus EMA of {1}, in ATR of 14 bars",
    MACD,
    (streams, ...periods) => {
      const macd = streams.use(Macd, ...periods);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = macd.line / atr.unit;
      };
    },
  ),
  revised(
    "macd#-#-#.signal",
    [-20, 20],
    "EMA of {2} bars of the MACD line, in ATR of 14 bars",
    MACD,
    (streams, ...periods) => {
      const macd = streams.use(Macd, ...periods);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = macd.signal / atr.unit;
      };
    },
  ),
  revised(
    "macd#-#-#.histogram",
    [-20, 20],
    "MACD line minus its signal, in ATR of 14 bars",
    MACD,
    (streams, ...periods) => {
      const macd = streams.use(Macd, ...periods);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = macd.histogram / atr.unit;
      };
    },
  ),
];
