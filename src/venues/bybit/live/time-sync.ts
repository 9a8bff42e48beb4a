/**
 * @file The venue's clock against ours: offset by the quickest of the last answers (a request's way there and back bounds
 * the error by half its time). A request signed by it is a little early rather than late: the venue takes five seconds of
 * delay, but not one second of haste.
 */
import type { Clock } from "../../../core/index.ts";

export type ClockReading = { readonly offsetMs: number; readonly uncertaintyMs: number };

const KEPT = 8;
/** Older readings count as wider by this share of their age: quartz drifts far less. */
const DRIFT = 1e-4;

export class TimeSync {
  readonly #clock: Clock;
  #readings: (ClockReading & { readonly atMs: number })[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a server time that was asked for at `sentMs` and came at `receivedMs`, both by our clock. */
  observe(sentMs: number, receivedMs: number, serverMs: number): void {
    const reading = {
      offsetMs: serverMs - (sentMs + receivedMs) / 2,
      uncertaintyMs: (receivedMs - sentMs) / 2,
      atMs: this.#clock.elapsedMs(),
    };
    const [last] = this.#readings;
    // A step of either clock makes all earlier readings worthless.
    const apart =
      last !== undefined &&
      Math.abs(reading.offsetMs - last.offsetMs) > reading.uncertaintyMs + last.uncertaintyMs + 50;
    this.#readings = [reading, ...(apart ? [] : this.#readings)].slice(0, KEPT);
  }

  /** The best reading, or no offset at all before the first. */
  reading(): ClockReading {
    const nowMs = this.#clock.elapsedMs();
    const width = (one: { uncertaintyMs: number; atMs: number }): number =>
      one.uncertaintyMs + (nowMs - one.atMs) * DRIFT;
    let best: (ClockReading & { readonly atMs: number }) | undefined;
    for (const one of this.#readings) if (best === undefined || width(one) < width(best)) best = one;
    return best === undefined
      ? { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY }
      : { offsetMs: best.offsetMs, uncertaintyMs: width(best) };
  }

  /** What to add to this machine's time for a signature. */
  signingOffsetMs(): number {
    const { offsetMs, uncertaintyMs } = this.reading();
    return Number.isFinite(uncertaintyMs) ? Math.floor(offsetMs - Math.min(500, uncertaintyMs)) : 0;
  }
}
