/** @file Ichimoku lines. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowExtreme } from "../window/extreme.ts";

/** Middle of the highest high and the lowest low of n bars. */
class MidRange {
  readonly #high: WindowExtreme;
  readonly #low: WindowExtreme;

  constructor(period: number) {
    this.#high = new WindowExtreme(period, 1);
    this.#low = new WindowExtreme(period, -1);
  }

  push(bar: Bar): number {
    this.#high.push(bar.high);
    this.#low.push(bar.low);
    return (this.#high.value + this.#low.value) / 2;
  }
}

/**
 * Conversion line, base line and both cloud lines as of this bar. Definition: G. Hosoda 1969 (9, 26, 52). Charts draw the
 * cloud 26 bars ahead and the lagging line 26 bars back; nothing is shifted here, so nothing looks ahead: the cloud is
 * the one that this bar's data give. In price units.
 */
export class Ichimoku {
  readonly #conversion: MidRange;
  readonly #base: MidRange;
  readonly #span: MidRange;
  readonly warmup: number;
  conversion = 0;
  base = 0;
  spanA = 0;
  spanB = 0;

  constructor(conversion: number, base: number, span: number) {
    for (const period of [conversion, base, span]) requirePeriod("An Ichimoku period", period);
    this.#conversion = new MidRange(conversion);
    this.#base = new MidRange(base);
    this.#span = new MidRange(span);
    this.warmup = Math.max(conversion, base, span) - 1;
  }

  update(bar: Bar): void {
    this.conversion = this.#conversion.push(bar);
    this.base = this.#base.push(bar);
    this.spanA = (this.conversion + this.base) / 2;
    this.spanB = this.#span.push(bar);
  }
}
