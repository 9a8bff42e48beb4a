/** @file The named feature sets. Their order is part of a model's input: only append, and only to `full`. */
import { formatTimeframe, parseTimeframe, TidemarkError, timeframeMs } from "../core/index.ts";
import { featureDefinitions, type ResolvedFeature, resolveFeature } from "./catalog.ts";

export const FEATURE_SETS = ["core20", "full"] as const;
export type FeatureSetName = (typeof FEATURE_SETS)[number];

/** A named set, or a list of names such as ["rsi14", "ema20.distance", "rsi14@1h"]. */
export type FeatureSelection = FeatureSetName | readonly string[];

const CORE20: readonly string[] = [
  "return1",
  "candle.body",
  "candle.upper",
  "candle.lower",
  "candle.range",
  "return12",
  "return48",
  "volatility12",
  "volatility48",
  "rsi14",
  "boll20.position",
  "boll20.width",
  "atr14.share",
  "volume.z48",
  "fvg.proximity",
  "orderblock.proximity",
  "time.sin",
  "time.cos",
  "session.eu",
  "session.us",
];

/** What the full set adds in the base timeframe. */
const MORE: readonly string[] = [
  ["candle.gap", "return3", "return144", "return288", "roc10"],
  ["rsi7", "stochrsi14.k", "stochrsi14.d", "stoch14-3-3.k", "stoch14-3-3.d", "cci20", "willr14", "trix15"],
  ["uo7-14-28", "rvi14", "macd12-26-9.line", "macd12-26-9.signal", "macd12-26-9.histogram"],
  ["ema9.distance", "ema20.distance", "ema50.distance", "ema100.distance", "ema20.slope", "ema9-50.spread"],
  ["sma20.distance", "sma50.distance", "sma200.distance", "line48.slope", "line48.fit"],
  ["adx14", "di14.plus", "di14.minus", "aroon25.up", "aroon25.down", "psar.distance"],
  ["ichimoku9-26-52.conversion", "ichimoku9-26-52.base", "ichimoku9-26-52.cloud", "ichimoku9-26-52.thickness"],
  ["volatility288", "volatility12-96.ratio", "parkinson24", "garmanklass24"],
  ["keltner20.position", "keltner20.squeeze", "donchian20.position", "donchian20.width", "donchian96.position"],
  ["volume.ratio20", "obv20", "obv96", "cmf20", "mfi14", "vwap.session", "vwap48.distance"],
  ["profile96.control", "profile96.position", "profile96.width", "profile96.node"],
  ["market.return", "market.dispersion", "market48.correlation", "market48.beta", "market48.lead", "market48.relative"],
  ["funding.rate", "funding.change", "funding.mean"],
  ["fvg.size", "fvg.balance", "orderblock.balance", "structure.break", "structure.trend", "structure.sweep"],
  ["pattern.doji", "pattern.dragonfly-doji", "pattern.gravestone-doji", "pattern.marubozu", "pattern.spinning-top"],
  ["pattern.hammer", "pattern.hanging-man", "pattern.inverted-hammer", "pattern.shooting-star", "pattern.engulfing"],
  ["pattern.harami", "pattern.piercing", "pattern.dark-cloud-cover", "pattern.morning-star", "pattern.evening-star"],
  ["pattern.three-white-soldiers", "pattern.three-black-crows", "pattern.three-inside", "pattern.three-outside"],
  ["regime.up", "regime.down", "regime.range", "regime.volatile", "regime.volatility-rank", "regime.width-rank"],
  ["regime.turbulence", "week.sin", "week.cos", "weekend", "session.asia"],
].flat();

/** What the full set adds in the next longer timeframe. */
const HIGHER: readonly string[] = [
  ["return12", "rsi14", "ema20.distance", "macd12-26-9.histogram", "adx14", "boll20.position", "atr14.share"],
  ["volatility12", "obv20", "donchian20.position"],
].flat();

const HIGHER_TIMEFRAMES = ["15m", "1h", "4h", "1d"].map(parseTimeframe);
/** Base bars in a longer bar that make it worth a look of its own. */
const LEAST_RATIO = 4;

/** The full set for base bars of this length; bars of more than six hours have no longer timeframe in it. */
function fullSet(barMs: number): readonly string[] {
  const higher = HIGHER_TIMEFRAMES.map(timeframeMs).find((ms) => ms >= LEAST_RATIO * barMs && ms % barMs === 0);
  const suffix = higher === undefined ? undefined : formatTimeframe(higher);
  return [...CORE20, ...MORE, ...(suffix === undefined ? [] : HIGHER.map((name) => `${name}@${suffix}`))];
}

/** Names worth suggesting: those of the sets, and families without numbers. */
const KNOWN: readonly string[] = [
  ...new Set([
    ...CORE20,
    ...MORE,
    ...featureDefinitions.map((d) => d.pattern).filter((pattern) => !pattern.includes("#")),
  ]),
];

/** The features of a selection, in order. Throws CONFIG_VALUE for unknown names, names given twice and an empty list. */
export function resolveSelection(selection: FeatureSelection, barMs: number): readonly ResolvedFeature[] {
  const names = typeof selection === "string" ? setNames(selection, barMs) : selection;
  const features = names.map((name) => resolveFeature(name, barMs, KNOWN));
  const seen = new Set<string>();
  for (const { name } of features) {
    if (seen.has(name)) {
      throw new TidemarkError("CONFIG_VALUE", {
        what: `The feature "${name}" is listed twice`,
        where: "features",
        fix: "Remove one of the two.",
      });
    }
    seen.add(name);
  }
  if (features.length > 0) return features;
  throw new TidemarkError("CONFIG_VALUE", {
    what: "The list of features is empty",
    where: "features",
    fix: 'Write "core20", "full", or a list of names from "tidemark features --list".',
  });
}

/** The names of a set. Throws CONFIG_VALUE for one that there isn't. */
export function setNames(name: string, barMs: number): readonly string[] {
  if (name === "core20") return CORE20;
  if (name === "full") return fullSet(barMs);
  throw new TidemarkError("CONFIG_VALUE", {
    what: `"${name}" is not a feature set`,
    where: "features",
    fix: 'Write "core20", "full", or a list of feature names.',
  });
}
