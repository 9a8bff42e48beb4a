/** @file Features of trend: distances from averages and lines, direction and its strength. */
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { Aroon } from "../indicators/aroon.ts";
import { Atr } from "../indicators/atr.ts";
import { DirectionalMovement } from "../indicators/directional-movement.ts";
import { Ichimoku } from "../indicators/ichimoku.ts";
import { LinearTrend } from "../indicators/linear-trend.ts";
import { Ema, Sma } from "../indicators/moving-average.ts";
import { ParabolicSar } from "../indicators/parabolic-sar.ts";
import { ATR_PERIOD, FAR } from "./scale.ts";

const feature = featuresOf(FeatureGroup.trend);
/** Since a still market has a yardstick, and comes to rest. */
const revised = featuresOf(FeatureGroup.trend, 2);
const IN_ATR = "in ATR of 14 bars";
const DISTANCE: readonly [number, number] = [-FAR, FAR];
const HOSODA = "Hosoda 1969, without the forward shift of charts";
const WILDER = "Wilder 1978, as TA-Lib";
const CHANDE = "Chande 1995, as TA-Lib AROON";
const SAR_STEP = 0.02;
const SAR_LIMIT = 0.2;

export const trendFeatures: readonly FeatureDefinition[] = [
  revised("ema#.distance", DISTANCE, `Close minus its EMA of {0} bars, ${IN_ATR}`, "as TA-Lib EMA", (streams, bars) => {
    const { bar } = streams;
    const ema = streams.use(Ema, bars);
    const atr = streams.use(Atr, ATR_PERIOD);
    return (out, at) => {
      out[at] = (bar.close - ema.value) / atr.unit;
    };
  }),
  revised(
    "ema#.slope",
    [-5, 5],
    `Change of the EMA of {0} bars a bar, over five bars, ${IN_ATR}`,
    "as TA-Lib EMA",
    (streams, bars) => {
      const ema = streams.use(Ema, bars);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = ema.slope / atr.unit;
      };
    },
  ),
  revised(
    "ema#-#.spread",
    DISTANCE,
    `EMA of {0} bars minus EMA of {1} bars, ${IN_ATR}`,
    "as TA-Lib EMA",
    (streams, one, other) => {
      const first = streams.use(Ema, one);
      const second = streams.use(Ema, other);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (first.value - second.value) / atr.unit;
      };
    },
  ),
  revised(
    "sma#.distance",
    DISTANCE,
    `Close minus its mean of {0} bars, ${IN_ATR}`,
    "as TA-Lib SMA",
    (streams, bars) => {
      const { bar } = streams;
      const sma = streams.use(Sma, bars);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (bar.close - sma.value) / atr.unit;
      };
    },
  ),
  revised(
    "line#.slope",
    [-5, 5],
    `Slope of the line through the last {0} closes, ${IN_ATR}`,
    "as TA-Lib LINEARREG_SLOPE",
    (streams, bars) => {
      const line = streams.use(LinearTrend, bars);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = line.slope / atr.unit;
      };
    },
  ),
  feature("line#.fit", [-1, 1], "Correlation of the last {0} closes with time", "least squares", (streams, bars) => {
    const line = streams.use(LinearTrend, bars);
    return (out, at) => {
      out[at] = line.correlation;
    };
  }),
  revised(
    "adx#",
    [0, 1],
    "Average directional index of {0} bars over 100: strength of the trend",
    `${WILDER} ADX`,
    (streams, bars) => {
      const movement = streams.use(DirectionalMovement, bars);
      return (out, at) => {
        out[at] = movement.adx / 100;
      };
    },
  ),
  revised(
    "di#.plus",
    [0, 1],
    "Rising directional indicator of {0} bars over 100",
    `${WILDER} PLUS_DI`,
    (streams, bars) => {
      const movement = streams.use(DirectionalMovement, bars);
      return (out, at) => {
        out[at] = movement.plusDi / 100;
      };
    },
  ),
  revised(
    "di#.minus",
    [0, 1],
    "Falling directional indicator of {0} bars over 100",
    `${WILDER} MINUS_DI`,
    (streams, bars) => {
      const movement = streams.use(DirectionalMovement, bars);
      return (out, at) => {
        out[at] = movement.minusDi / 100;
      };
    },
  ),
  feature(
    "aroon#.up",
    [0, 1],
    "1 at the highest high of {0} bars, 0 where it lies {0} bars back",
    CHANDE,
    (streams, bars) => {
      const aroon = streams.use(Aroon, bars);
      return (out, at) => {
        out[at] = aroon.up / 100;
      };
    },
  ),
  feature(
    "aroon#.down",
    [0, 1],
    "1 at the lowest low of {0} bars, 0 where it lies {0} bars back",
    CHANDE,
    (streams, bars) => {
      const aroon = streams.use(Aroon, bars);
      return (out, at) => {
        out[at] = aroon.down / 100;
      };
    },
  ),
  revised(
    "psar.distance",
    [-20, 20],
    `Close minus the parabolic stop (0.02, 0.2), ${IN_ATR}`,
    `${WILDER} SAR`,
    (streams) => {
      const { bar } = streams;
      const sar = streams.use(ParabolicSar, SAR_STEP, SAR_LIMIT);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (bar.close - sar.value) / atr.unit;
      };
    },
  ),
  revised(
    "ichimoku#-#-#.conversion",
    DISTANCE,
    `Close minus the conversion line of {0} bars, ${IN_ATR}`,
    HOSODA,
    (streams, ...periods) => {
      const { bar } = streams;
      const lines = streams.use(Ichimoku, ...periods);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (bar.close - lines.conversion) / atr.unit;
      };
    },
  ),
  revised(
    "ichimoku#-#-#.base",
    DISTANCE,
    `Close minus the base line of {1} bars, ${IN_ATR}`,
    HOSODA,
    (streams, ...periods) => {
      const { bar } = streams;
      const lines = streams.use(Ichimoku, ...periods);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (bar.close - lines.base) / atr.unit;
      };
    },
  ),
  revised(
    "ichimoku#-#-#.cloud",
    DISTANCE,
    `Close minus the middle of the cloud that this bar gives, ${IN_ATR}`,
    HOSODA,
    (streams, ...periods) => {
      const { bar } = streams;
      const lines = streams.use(Ichimoku, ...periods);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (bar.close - (lines.spanA + lines.spanB) / 2) / atr.unit;
      };
    },
  ),
  revised(
    "ichimoku#-#-#.thickness",
    DISTANCE,
    `Leading span A minus leading span B, ${IN_ATR}`,
    HOSODA,
    (streams, ...periods) => {
      const lines = streams.use(Ichimoku, ...periods);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (lines.spanA - lines.spanB) / atr.unit;
      };
    },
  ),
];
