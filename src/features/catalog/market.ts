/** @file Features of the other symbols and of funding. */
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { Funding } from "../indicators/funding.ts";
import { MarketLink } from "../indicators/market-link.ts";

const feature = featuresOf(FeatureGroup.market);
const fundingFeature = featuresOf(FeatureGroup.funding);
const OTHERS = "the mean of the other symbols";
const OWN = "own definition";
const BPS = 10_000;
const FUNDING_RANGE: readonly [number, number] = [-500, 500];

export const marketFeatures: readonly FeatureDefinition[] = [
  feature("market.return", [-1, 1], "Mean log return of the other symbols in the same bar", OWN, (streams) => {
    const bar = streams.lookBack(1);
    return (out, at) => {
      out[at] = bar.marketReturn;
    };
  }),
  feature(
    "market.dispersion",
    [0, 1],
    "Standard deviation of the symbols' log returns in the same bar",
    OWN,
    (streams) => {
      const bar = streams.lookBack(1);
      return (out, at) => {
        out[at] = bar.marketDispersion;
      };
    },
  ),
  feature(
    "market#.correlation",
    [-1, 1],
    `Correlation of the returns of {0} bars with ${OTHERS}`,
    "Pearson",
    (streams, bars) => {
      const link = streams.use(MarketLink, bars);
      return (out, at) => {
        out[at] = link.correlation;
      };
    },
  ),
  feature(
    "market#.beta",
    [-10, 10],
    `Slope of the returns of {0} bars on ${OTHERS}`,
    "least squares",
    (streams, bars) => {
      const link = streams.use(MarketLink, bars);
      return (out, at) => {
        out[at] = link.beta;
      };
    },
  ),
  feature(
    "market#.lead",
    [-2, 2],
    `Correlation of ${OTHERS} with the next own return, minus the reverse, {0} bars`,
    OWN,
    (streams, bars) => {
      const link = streams.use(MarketLink, bars);
      return (out, at) => {
        out[at] = link.lead;
      };
    },
  ),
  feature("market#.relative", [-2, 2], `Log return of {0} bars minus that of ${OTHERS}`, OWN, (streams, bars) => {
    const link = streams.use(MarketLink, bars);
    return (out, at) => {
      out[at] = link.relative;
    };
  }),
  fundingFeature(
    "funding.rate",
    FUNDING_RANGE,
    "Last known funding rate, in basis points an interval",
    "venue",
    (streams) => {
      const funding = streams.use(Funding, Funding.barsPerInterval(streams.bar.barMs));
      return (out, at) => {
        out[at] = funding.rate * BPS;
      };
    },
  ),
  fundingFeature(
    "funding.change",
    FUNDING_RANGE,
    "Last known funding rate minus the one before, in basis points",
    "venue",
    (streams) => {
      const funding = streams.use(Funding, Funding.barsPerInterval(streams.bar.barMs));
      return (out, at) => {
        out[at] = funding.change * BPS;
      };
    },
  ),
  fundingFeature(
    "funding.mean",
    FUNDING_RANGE,
    "Mean of the last three funding rates, in basis points",
    "venue",
    (streams) => {
      const funding = streams.use(Funding, Funding.barsPerInterval(streams.bar.barMs));
      return (out, at) => {
        out[at] = funding.mean * BPS;
      };
    },
  ),
];
