/** @file Features of the candle itself. */
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { share } from "../indicator.ts";
import { Atr } from "../indicators/atr.ts";
import { ATR_PERIOD } from "./scale.ts";

const feature = featuresOf(FeatureGroup.shape);
/** Since a still market has a yardstick, and comes to rest. */
const revised = featuresOf(FeatureGroup.shape, 2);
const OWN = "own definition";

export const shapeFeatures: readonly FeatureDefinition[] = [
  feature("candle.body", [-1, 1], "Close minus open as a share of the bar's range", "as TA-Lib BOP", ({ bar }) => {
    return (out, at) => {
      out[at] = share(bar.close - bar.open, bar.high - bar.low);
    };
  }),
  feature("candle.upper", [0, 1], "Upper wick as a share of the bar's range", OWN, ({ bar }) => {
    return (out, at) => {
      out[at] = share(bar.high - Math.max(bar.open, bar.close), bar.high - bar.low);
    };
  }),
  feature("candle.lower", [0, 1], "Lower wick as a share of the bar's range", OWN, ({ bar }) => {
    return (out, at) => {
      out[at] = share(Math.min(bar.open, bar.close) - bar.low, bar.high - bar.low);
    };
  }),
  revised("candle.range", [0, 20], "High minus low, in ATR of 14 bars", OWN, (streams) => {
    const { bar } = streams;
    const atr = streams.use(Atr, ATR_PERIOD);
    return (out, at) => {
      out[at] = (bar.high - bar.low) / atr.unit;
    };
  }),
  revised("candle.gap", [-20, 20], "Open minus the close before, in ATR of 14 bars", OWN, (streams) => {
    const { bar } = streams;
    const atr = streams.use(Atr, ATR_PERIOD);
    return (out, at) => {
      out[at] = (bar.open - bar.previousClose) / atr.unit;
    };
  }),
];
