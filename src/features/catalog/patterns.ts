/** @file Candlestick patterns as features: 1 bullish, -1 bearish, 0 otherwise. */
import { type FeatureDefinition, FeatureGroup, featuresOf } from "../definition.ts";
import { CandleHistory } from "../patterns/history.ts";
import * as multiple from "../patterns/multiple.ts";
import * as single from "../patterns/single.ts";

function pattern(
  name: string,
  what: string,
  talib: string,
  look: (candles: CandleHistory) => number,
  version = 1,
): FeatureDefinition {
  return featuresOf(FeatureGroup.pattern, version)(
    `pattern.${name}`,
    [-1, 1],
    what,
    `as TA-Lib ${talib}`,
    (streams) => {
      const candles = streams.use(CandleHistory);
      return (out, at) => {
        out[at] = candles.ready ? look(candles) : 0;
      };
    },
  );
}

export const patternFeatures: readonly FeatureDefinition[] = [
  pattern("doji", "Doji: open and close almost equal", "CDLDOJI", single.doji),
  pattern("dragonfly-doji", "Doji with a lower wick only", "CDLDRAGONFLYDOJI", single.dragonflyDoji),
  pattern("gravestone-doji", "Doji with an upper wick only", "CDLGRAVESTONEDOJI", single.gravestoneDoji),
  pattern("marubozu", "Long candle without wicks", "CDLMARUBOZU", single.marubozu),
  pattern("spinning-top", "Short body between long wicks", "CDLSPINNINGTOP", single.spinningTop),
  pattern("hammer", "Hammer: bullish", "CDLHAMMER", single.hammer),
  pattern("hanging-man", "Hanging man: bearish", "CDLHANGINGMAN", single.hangingMan),
  pattern("inverted-hammer", "Inverted hammer: bullish", "CDLINVERTEDHAMMER", single.invertedHammer),
  pattern("shooting-star", "Shooting star: bearish", "CDLSHOOTINGSTAR", single.shootingStar),
  pattern("engulfing", "Engulfing: a body around an opposite one", "CDLENGULFING", multiple.engulfing),
  pattern("harami", "Harami: a short body inside a long one", "CDLHARAMI", multiple.harami, 2),
  pattern("piercing", "Piercing line: bullish", "CDLPIERCING", multiple.piercing),
  pattern("dark-cloud-cover", "Dark cloud cover: bearish", "CDLDARKCLOUDCOVER", multiple.darkCloudCover),
  pattern("morning-star", "Morning star: bullish", "CDLMORNINGSTAR", multiple.morningStar),
  pattern("evening-star", "Evening star: bearish", "CDLEVENINGSTAR", multiple.eveningStar),
  pattern("three-white-soldiers", "Three white soldiers: bullish", "CDL3WHITESOLDIERS", multiple.threeWhiteSoldiers),
  pattern("three-black-crows", "Three black crows: bearish", "CDL3BLACKCROWS", multiple.threeBlackCrows),
  pattern("three-inside", "Three inside up or down", "CDL3INSIDE", multiple.threeInside),
  pattern("three-outside", "Three outside up or down", "CDL3OUTSIDE", multiple.threeOutside),
];
