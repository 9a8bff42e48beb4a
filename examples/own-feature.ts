/**
 * A feature of one's own: how far the close lies from the middle of the last N bars' range. Registered, it is a name like any
 * other: in a list of features, in a training, in the model file.
 *
 *     npm run example own-feature
 */
import {
  type Bar,
  computeFeatures,
  describeFeatures,
  FeatureGroup,
  type Indicator,
  parseTimeframe,
  reading,
  registerFeature,
  syntheticTape,
} from "tidemark";
import { checkFeature } from "tidemark/testing";

/** The state: fed every finished bar once, in order. Its numbers come from the feature's name. */
class RangeMiddle implements Indicator {
  readonly warmup: number;
  /** In [-1, 1]: -1 at the lowest low, 1 at the highest high. */
  value = 0;
  readonly #highs: Float64Array;
  readonly #lows: Float64Array;

  constructor(bars: number) {
    this.warmup = bars - 1;
    this.#highs = new Float64Array(bars).fill(Number.NEGATIVE_INFINITY);
    this.#lows = new Float64Array(bars).fill(Number.POSITIVE_INFINITY);
  }

  update(bar: Bar): void {
    const at = bar.index % this.#highs.length;
    this.#highs[at] = bar.high;
    this.#lows[at] = bar.low;
    let highest = Number.NEGATIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#highs.length; i++) {
      highest = Math.max(highest, this.#highs[i]);
      lowest = Math.min(lowest, this.#lows[i]);
    }
    this.value = highest > lowest ? (2 * (bar.close - lowest)) / (highest - lowest) - 1 : 0;
  }
}

registerFeature({
  pattern: "middle#.distance",
  group: FeatureGroup.custom,
  version: 1,
  description: "Where the close lies in the range of the last {0} bars: -1 at its low, 1 at its high",
  source: "own",
  range: [-1, 1],
  build: reading(RangeMiddle, (middle) => middle.value),
});
checkFeature("middle24.distance");

const tape = syntheticTape({ seed: 5, bars: 500, timeframe: parseTimeframe("5m"), symbols: ["BTCUSDT"] });
const selection = ["middle24.distance", "middle24.distance@1h", "rsi14"];
const features = computeFeatures(tape, selection);
for (const { name, description, warmup } of describeFeatures(selection)) {
  const last = features.values[(features.bars - 1) * features.features + features.names.indexOf(name)];
  console.log(`${name} (final after ${warmup} bars): ${last.toFixed(3)}. ${description}.`);
}
