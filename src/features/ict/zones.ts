/**
 * @file A short list of price zones, oldest first: where the market is expected to react. A zone has a side (1: support,
 * bought when price falls into it; -1: resistance), a bottom, a top and the bar of its birth. When the list is full the
 * oldest zone is forgotten, so that the newest zones never depend on old ones.
 */

export class ZoneList {
  readonly capacity: number;
  readonly sides: Int8Array;
  readonly bottoms: Float64Array;
  readonly tops: Float64Array;
  readonly births: Float64Array;
  count = 0;
  /** Index of the zone nearest to the price last measured, or -1. */
  nearest = -1;
  /** Distance of that price to it, in price units; 0 inside. */
  nearestDistance = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.sides = new Int8Array(capacity);
    this.bottoms = new Float64Array(capacity);
    this.tops = new Float64Array(capacity);
    this.births = new Float64Array(capacity);
  }

  add(side: 1 | -1, bottom: number, top: number, birth: number): void {
    if (this.count === this.capacity) this.remove(0);
    this.sides[this.count] = side;
    this.bottoms[this.count] = bottom;
    this.tops[this.count] = top;
    this.births[this.count] = birth;
    this.count += 1;
  }

  remove(index: number): void {
    this.count -= 1;
    for (let i = index; i < this.count; i++) {
      this.sides[i] = this.sides[i + 1];
      this.bottoms[i] = this.bottoms[i + 1];
      this.tops[i] = this.tops[i + 1];
      this.births[i] = this.births[i + 1];
    }
  }

  /** Drops zones born more than `maxAge` bars before `now`. They are the first ones. */
  expire(now: number, maxAge: number): void {
    while (this.count > 0 && now - this.births[0] > maxAge) this.remove(0);
  }

  /** Finds the zone nearest to a price; of equally near ones the newest. */
  measure(price: number): void {
    this.nearest = -1;
    this.nearestDistance = 0;
    for (let i = 0; i < this.count; i++) {
      const distance = Math.max(0, price - this.tops[i], this.bottoms[i] - price);
      if (this.nearest >= 0 && distance > this.nearestDistance) continue;
      this.nearest = i;
      this.nearestDistance = distance;
    }
  }

  /** Side of the nearest zone; 0 where there is none. */
  get nearestSide(): number {
    return this.nearest < 0 ? 0 : this.sides[this.nearest];
  }

  /** Height of the nearest zone in price units; 0 where there is none. */
  get nearestHeight(): number {
    return this.nearest < 0 ? 0 : this.tops[this.nearest] - this.bottoms[this.nearest];
  }
}
