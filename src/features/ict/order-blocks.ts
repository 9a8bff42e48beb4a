/** @file Order blocks: the last opposite candle before a move that broke the structure. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { Ring } from "../window/ring.ts";
import { MarketStructure } from "./structure.ts";
import { ZoneList } from "./zones.ts";

const CAPACITY = 8;
/** Bars before a break among which the opposite candle is looked for. */
const LOOKBACK = 16;

/**
 * When the structure breaks upwards, the range of the last falling candle before is a bullish block (support); when it
 * breaks downwards, the range of the last rising candle is a bearish block. A close beyond the far side ends a block, and
 * a block is forgotten `maxAge` bars after the break. Definition of the "inner circle trader" literature; some take the
 * candle's body instead of its range.
 */
export class OrderBlocks {
  readonly #maxAge: number;
  readonly #structure: MarketStructure;
  readonly #highs = new Ring(LOOKBACK);
  readonly #lows = new Ring(LOOKBACK);
  /** Close minus open. */
  readonly #bodies = new Ring(LOOKBACK);
  readonly zones = new ZoneList(CAPACITY);
  readonly warmup: number;

  constructor(wing: number, maxAge: number) {
    this.#maxAge = requirePeriod("The greatest age of an order block", maxAge);
    this.#structure = new MarketStructure(wing, maxAge);
    this.warmup = 2 * maxAge + 2 * wing + 2 + LOOKBACK;
  }

  update(bar: Bar): void {
    this.#structure.update(bar);
    this.zones.expire(bar.index, this.#maxAge);
    for (let i = this.zones.count - 1; i >= 0; i--) {
      const ended = this.zones.sides[i] > 0 ? bar.close < this.zones.bottoms[i] : bar.close > this.zones.tops[i];
      if (ended) this.zones.remove(i);
    }
    this.#highs.push(bar.high);
    this.#lows.push(bar.low);
    this.#bodies.push(bar.close - bar.open);
    if (this.#structure.broke > 0) this.#mark(1, bar);
    else if (this.#structure.broke < 0) this.#mark(-1, bar);
    this.zones.measure(bar.close);
  }

  #mark(side: 1 | -1, bar: Bar): void {
    for (let age = 1; age < this.#bodies.count; age++) {
      if (this.#bodies.at(age) * side >= 0) continue;
      const bottom = this.#lows.at(age);
      const top = this.#highs.at(age);
      const beyond = side > 0 ? bar.close < bottom : bar.close > top;
      if (!beyond) this.zones.add(side, bottom, top, bar.index);
      return;
    }
  }
}
