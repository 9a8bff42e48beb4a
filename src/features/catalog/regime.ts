/** @file Features of the market's regime. */
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { MarketRegime } from "../regime/market-regime.ts";
import { Turbulence } from "../regime/turbulence.ts";

const feature = featuresOf(FeatureGroup.regime);
/** Since a still market has a yardstick, and comes to rest. */
const revised = featuresOf(FeatureGroup.regime, 2);
const RULES = "rules with hysteresis on ADX, EMA slope, band width and volatility over ATR";

export const regimeFeatures: readonly FeatureDefinition[] = [
  revised("regime.up", [0, 1], "1 in a rising trend: ADX from 20 on and a rising EMA", RULES, (streams) => {
    const regime = streams.use(MarketRegime);
    return (out, at) => {
      out[at] = regime.up;
    };
  }),
  revised("regime.down", [0, 1], "1 in a falling trend: ADX from 20 on and a falling EMA", RULES, (streams) => {
    const regime = streams.use(MarketRegime);
    return (out, at) => {
      out[at] = regime.down;
    };
  }),
  revised("regime.range", [0, 1], "1 in a range: ADX below 18 and narrow bands", RULES, (streams) => {
    const regime = streams.use(MarketRegime);
    return (out, at) => {
      out[at] = regime.range;
    };
  }),
  feature("regime.volatile", [0, 1], "1 in high volatility: its ratio to ATR is in the top fifth", RULES, (streams) => {
    const regime = streams.use(MarketRegime);
    return (out, at) => {
      out[at] = regime.volatile;
    };
  }),
  feature(
    "regime.volatility-rank",
    [0, 1],
    "Percentile rank of the volatility over ATR among 192 bars",
    RULES,
    (streams) => {
      const regime = streams.use(MarketRegime);
      return (out, at) => {
        out[at] = regime.volatilityRank;
      };
    },
  ),
  feature(
    "regime.width-rank",
    [0, 1],
    "Percentile rank of the Bollinger band width among 192 bars",
    RULES,
    (streams) => {
      const regime = streams.use(MarketRegime);
      return (out, at) => {
        out[at] = regime.widthRank;
      };
    },
  ),
  feature(
    "regime.turbulence",
    [0, 1],
    "Filtered probability of the turbulent state of a two-state hidden Markov model",
    "Hamilton 1989",
    (streams) => {
      const turbulence = streams.use(Turbulence);
      return (out, at) => {
        out[at] = turbulence.probability;
      };
    },
  ),
];
