/** @file Features of volume: how much, in which direction, at which price. */
import { DAY_MS } from "../../core/index.ts";
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { share } from "../indicator.ts";
import { Atr } from "../indicators/atr.ts";
import { ChaikinMoneyFlow, MoneyFlowIndex } from "../indicators/money-flow.ts";
import { OnBalanceVolume } from "../indicators/on-balance-volume.ts";
import { VolumeProfile } from "../indicators/volume-profile.ts";
import { VolumeScore } from "../indicators/volume-score.ts";
import { RollingVwap, SessionVwap } from "../indicators/vwap.ts";
import { ATR_PERIOD, FAR } from "./scale.ts";

const feature = featuresOf(FeatureGroup.volume);
/** Since a still market has a yardstick, and comes to rest. */
const revised = featuresOf(FeatureGroup.volume, 2);
const DISTANCE: readonly [number, number] = [-FAR, FAR];
const PROFILE = "Steidlmayer's market profile, 24 bins by typical price";

export const volumeFeatures: readonly FeatureDefinition[] = [
  feature(
    "volume.z#",
    [-10, 10],
    "Standard score of the log of the volume among the last {0} bars",
    "own definition",
    (streams, bars) => {
      const score = streams.use(VolumeScore, bars);
      return (out, at) => {
        out[at] = score.value;
      };
    },
  ),
  feature(
    "volume.ratio#",
    [0, 50],
    "Volume over the mean volume of the last {0} bars",
    "own definition",
    (streams, bars) => {
      const score = streams.use(VolumeScore, bars);
      return (out, at) => {
        out[at] = score.ratio;
      };
    },
  ),
  feature(
    "obv#",
    [-1, 1],
    "Volume of rising minus volume of falling bars among {0}, over their whole volume",
    "Granville 1963, windowed",
    (streams, bars) => {
      const volume = streams.use(OnBalanceVolume, bars);
      return (out, at) => {
        out[at] = volume.flow;
      };
    },
  ),
  feature("cmf#", [-1, 1], "Chaikin money flow of {0} bars", "Chaikin", (streams, bars) => {
    const flow = streams.use(ChaikinMoneyFlow, bars);
    return (out, at) => {
      out[at] = flow.value;
    };
  }),
  feature(
    "mfi#",
    [-1, 1],
    "Money flow index of {0} bars, mapped from [0, 100] to [-1, 1]",
    "Quong and Soudack 1989, as TA-Lib MFI",
    (streams, bars) => {
      const flow = streams.use(MoneyFlowIndex, bars);
      return (out, at) => {
        out[at] = flow.value / 50 - 1;
      };
    },
  ),
  revised(
    "vwap.session",
    DISTANCE,
    "Close minus the volume-weighted average price since 00:00 UTC, in ATR of 14 bars",
    "standard",
    (streams) => {
      const { bar } = streams;
      const vwap = streams.use(SessionVwap, Math.max(1, Math.ceil(DAY_MS / bar.barMs)));
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (bar.close - vwap.value) / atr.unit;
      };
    },
  ),
  revised(
    "vwap#.distance",
    DISTANCE,
    "Close minus the volume-weighted average price of {0} bars, in ATR of 14 bars",
    "standard",
    (streams, bars) => {
      const { bar } = streams;
      const vwap = streams.use(RollingVwap, bars);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (bar.close - vwap.value) / atr.unit;
      };
    },
  ),
  revised(
    "profile#.control",
    DISTANCE,
    "Close minus the price with the most volume among {0} bars, in ATR of 14 bars",
    PROFILE,
    (streams, bars) => {
      const { bar } = streams;
      const profile = streams.use(VolumeProfile, bars);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (bar.close - profile.control) / atr.unit;
      };
    },
  ),
  revised(
    "profile#.position",
    [-10, 10],
    "Close between the low (-1) and the high (1) of the area with 70 % of the volume of {0} bars",
    PROFILE,
    (streams, bars) => {
      const { bar } = streams;
      const profile = streams.use(VolumeProfile, bars);
      return (out, at) => {
        const { valueLow, valueHigh } = profile;
        out[at] = share(2 * bar.close - valueHigh - valueLow, valueHigh - valueLow);
      };
    },
  ),
  revised(
    "profile#.width",
    [0, FAR],
    "Height of the area with 70 % of the volume of {0} bars, in ATR of 14 bars",
    PROFILE,
    (streams, bars) => {
      const profile = streams.use(VolumeProfile, bars);
      const atr = streams.use(Atr, ATR_PERIOD);
      return (out, at) => {
        out[at] = (profile.valueHigh - profile.valueLow) / atr.unit;
      };
    },
  ),
  revised(
    "profile#.node",
    [0, 1],
    "Share of the volume of {0} bars that was traded near the newest price",
    PROFILE,
    (streams, bars) => {
      const profile = streams.use(VolumeProfile, bars);
      return (out, at) => {
        out[at] = profile.node;
      };
    },
  ),
];
