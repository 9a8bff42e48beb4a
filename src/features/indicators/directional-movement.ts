/** @file Directional movement: DI+, DI- and ADX. */
import type { Bar } from "../bar.ts";
import { requirePeriod, settleBars, settleChain, shareOfMovement } from "../indicator.ts";
import { RecursiveAverage } from "../window/average.ts";

/**
 * Wilder's directional indicators 100 * smoothed DM / smoothed true range, and ADX, the Wilder average of
 * 100 * |DI+ - DI-| / (DI+ + DI-). Definition: Wilder 1978, seeded as TA-Lib: the smoothed sums begin with n - 1 values,
 * ADX with the mean of n. Ranges [0, 100]; 0 where nothing moves.
 */
export class DirectionalMovement {
  readonly #period: number;
  readonly #adx: RecursiveAverage;
  #highBefore = 0;
  #lowBefore = 0;
  #plus = 0;
  #minus = 0;
  #range = 0;
  readonly warmup: number;
  plusDi = 0;
  minusDi = 0;
  adx = 0;

  constructor(period: number) {
    this.#period = requirePeriod("The ADX period", period, 2);
    this.#adx = RecursiveAverage.wilder(period);
    this.warmup = settleChain(period + settleBars(1 / period), this.#adx.settle);
  }

  update(bar: Bar): void {
    const up = bar.high - this.#highBefore;
    const down = this.#lowBefore - bar.low;
    this.#highBefore = bar.high;
    this.#lowBefore = bar.low;
    if (bar.index === 0) return;
    const seeding = bar.index < this.#period;
    const kept = seeding ? 1 : 1 - 1 / this.#period;
    this.#plus = this.#plus * kept + (up > down && up > 0 ? up : 0);
    this.#minus = this.#minus * kept + (down > up && down > 0 ? down : 0);
    this.#range = this.#range * kept + bar.trueRange();
    this.plusDi = 100 * shareOfMovement(this.#plus, this.#range, bar.close);
    this.minusDi = 100 * shareOfMovement(this.#minus, this.#range, bar.close);
    if (seeding) return;
    const total = this.#plus + this.#minus;
    this.#adx.push(100 * shareOfMovement(Math.abs(this.#plus - this.#minus), total, bar.close));
    this.adx = this.#adx.value;
  }
}
