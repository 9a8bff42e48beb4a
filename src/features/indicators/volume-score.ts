/** @file How unusual a bar's volume is. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowMoments } from "../window/moments.ts";

/**
 * Standard score of log(1 + volume / mean volume) among the last n bars, the newest included. The logarithm keeps single
 * bursts from hiding everything else; dividing by the window's mean makes it independent of the unit of volume.
 */
export class VolumeScore {
  readonly #volumes: WindowMoments;
  readonly #logs: WindowMoments;
  readonly warmup: number;
  /** Standard score of the logarithm. */
  value = 0;
  /** Volume over the mean volume; 0 without volume. */
  ratio = 0;

  constructor(period: number) {
    requirePeriod("The volume period", period, 2);
    this.#volumes = new WindowMoments(period);
    this.#logs = new WindowMoments(period);
    this.warmup = 2 * (period - 1);
  }

  update(bar: Bar): void {
    this.#volumes.push(bar.volume);
    const mean = this.#volumes.mean;
    this.ratio = mean > 0 ? bar.volume / mean : 0;
    const log = Math.log1p(this.ratio);
    this.#logs.push(log);
    this.value = this.#logs.score(log);
  }
}
