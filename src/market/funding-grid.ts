/**
 * @file Funding stamps on the contract's grid. Venues and vendors write a stamp some milliseconds or seconds late; one
 * payment is one stamp, and it falls due on the grid.
 */
import { formatMinute, HOUR_MS, type Instrument, MINUTE_MS, TidemarkError } from "../core/index.ts";
import { createFunding, type FundingRates } from "./candles.ts";

/** A stamp this near to the grid is on it. */
const NEAR_MS = 5 * MINUTE_MS;
/** Two sources that round may differ by this share of a rate. */
const SAME_SHARE = 0.01;
const SAME_RATE = 5e-7;

export type SnappedFunding = {
  readonly funding: FundingRates;
  /** Stamps that were moved, by how much at most. */
  readonly moved: number;
  readonly greatestMs: number;
  /** Stamps that became one with another. */
  readonly doubled: number;
  /** Stamps that lie beside the grid: the interval of a contract may have changed. */
  readonly beside: number;
};

/**
 * Stamps moved to the grid of hours, or of the contract where they are near it. Two stamps of one payment are one; where
 * their rates differ, DATA_QUALITY. Stamps must rise.
 */
export function snapFunding(rates: FundingRates, contract: Instrument | undefined, where: string): SnappedFunding {
  const stepMs = (contract?.fundingIntervalHours ?? 1) * HOUR_MS;
  const offsetMs = (contract?.fundingOffsetHours ?? 0) * HOUR_MS;
  const times: number[] = [];
  const values: number[] = [];
  let [moved, greatestMs, doubled, beside] = [0, 0, 0, 0];
  for (let i = 0; i < rates.length; i++) {
    const tsMs = rates.timeMs[i];
    const snapped =
      nearest(tsMs, stepMs, offsetMs) ?? nearest(tsMs, HOUR_MS, 0) ?? Math.round(tsMs / MINUTE_MS) * MINUTE_MS;
    const shift = Math.abs(snapped - tsMs);
    if (shift > 0) moved++;
    if ((snapped - offsetMs) % stepMs !== 0) beside++;
    greatestMs = Math.max(greatestMs, shift);
    if (times.length > 0 && times[times.length - 1] === snapped) {
      const before = values[values.length - 1];
      if (!isSame(before, rates.rate[i])) throw twoRates(where, snapped, before, rates.rate[i]);
      doubled++;
      continue;
    }
    times.push(snapped);
    values.push(rates.rate[i]);
  }
  const funding = createFunding(times.length);
  funding.timeMs.set(times);
  funding.rate.set(values);
  return { funding, moved, greatestMs, doubled, beside };
}

function nearest(tsMs: number, stepMs: number, offsetMs: number): number | undefined {
  const snapped = Math.round((tsMs - offsetMs) / stepMs) * stepMs + offsetMs;
  return Math.abs(snapped - tsMs) <= NEAR_MS ? snapped : undefined;
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(SAME_RATE, SAME_SHARE * Math.max(Math.abs(a), Math.abs(b)));
}

function twoRates(where: string, tsMs: number, a: number, b: number): TidemarkError {
  return new TidemarkError("DATA_QUALITY", {
    what: `The payment of ${formatMinute(tsMs)} is there with two rates, ${a} and ${b}`,
    where,
    fix: "Remove the wrong one; nothing was stored.",
  });
}

/** What was done to the stamps, for people. */
export function snapText({ moved, greatestMs, doubled, beside }: SnappedFunding): string[] {
  return [
    ...(moved > 0 ? [`${moved} stamps put on the grid, by ${greatestMs} ms at most`] : []),
    ...(doubled > 0 ? [`${doubled} stamps were of a payment that is there already`] : []),
    ...(beside > 0 ? [`${beside} stamps lie beside the contract's grid and are kept where they are`] : []),
  ];
}
