/** @file Fair-value gaps: prices that a fast move skipped. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { Ring } from "../window/ring.ts";
import { ZoneList } from "./zones.ts";

const CAPACITY = 16;

/**
 * A bullish gap opens when a bar's low is above the high of two bars before; the zone between is support. A bearish gap
 * opens when a bar's high is below the low of two bars before; the zone is resistance. Price that comes back into a gap
 * shrinks it, price that crosses it closes it, and an open gap is forgotten after `maxAge` bars. The three-bar definition
 * is the one of the "inner circle trader" literature; vendors differ in whether the first touch already closes a gap.
 */
export class FairValueGaps {
  readonly #maxAge: number;
  readonly #highs = new Ring(3);
  readonly #lows = new Ring(3);
  readonly zones = new ZoneList(CAPACITY);
  readonly warmup: number;
  /** Open bullish and bearish gaps. */
  bullish = 0;
  bearish = 0;

  constructor(maxAge: number) {
    this.#maxAge = requirePeriod("The greatest age of a gap", maxAge);
    this.warmup = maxAge + 3;
  }

  update(bar: Bar): void {
    this.zones.expire(bar.index, this.#maxAge);
    this.#trade(bar);
    this.#highs.push(bar.high);
    this.#lows.push(bar.low);
    if (this.#highs.full) {
      const highBefore = this.#highs.oldest();
      const lowBefore = this.#lows.oldest();
      if (bar.low > highBefore) this.zones.add(1, highBefore, bar.low, bar.index);
      else if (bar.high < lowBefore) this.zones.add(-1, bar.high, lowBefore, bar.index);
    }
    this.bullish = 0;
    for (let i = 0; i < this.zones.count; i++) if (this.zones.sides[i] > 0) this.bullish += 1;
    this.bearish = this.zones.count - this.bullish;
    this.zones.measure(bar.close);
  }

  /** Shrinks and closes the gaps that this bar traded into. */
  #trade(bar: Bar): void {
    const { sides, bottoms, tops } = this.zones;
    for (let i = this.zones.count - 1; i >= 0; i--) {
      if (sides[i] > 0) {
        if (bar.low <= bottoms[i]) this.zones.remove(i);
        else if (bar.low < tops[i]) tops[i] = bar.low;
      } else if (bar.high >= tops[i]) this.zones.remove(i);
      else if (bar.high > bottoms[i]) bottoms[i] = bar.high;
    }
  }
}
