/**
 * @file Funding stamps as the columns of a tape. Venues stamp a payment some milliseconds late, and two sources stamp it
 * twice: stamps are moved to the grid of whole hours, and two that lie closer than half of the shortest interval are one
 * payment. (A venue may go from eight hours to one and back, so the contract's own interval says nothing of older stamps.)
 *
 * A contract without funding has none, whatever is stored beside it.
 */
import { HOUR_MS, MINUTE_MS, TidemarkError } from "../core/index.ts";
import type { FundingRates, SymbolHistory } from "./candles.ts";
import { firstDisorder, lowerBound } from "./candles.ts";
import type { MarketTape } from "./tape.ts";

/** How far from a whole hour a stamp may lie that means it; farther ones are moved to the minute only. */
const NEAR_HOUR_MS = 5 * MINUTE_MS;
/** Half of the shortest interval at which venues pay. */
const LEAST_GAP_MS = HOUR_MS / 2;

/** The time that a stamp means: payments fall on whole hours. */
function onGrid(stampMs: number): number {
  const hour = Math.round(stampMs / HOUR_MS) * HOUR_MS;
  return Math.abs(stampMs - hour) <= NEAR_HOUR_MS ? hour : Math.round(stampMs / MINUTE_MS) * MINUTE_MS;
}

/** Stamps on the grid, each payment once. */
export type FundingStamps = {
  readonly timeMs: readonly number[];
  readonly rate: readonly number[];
  /** Payments that were there twice; the first of each counts. */
  readonly doubled: number;
};

/** Throws DATA_QUALITY where the stamps are out of order. */
export function fundingStamps(funding: FundingRates, where: string): FundingStamps {
  const disorder = firstDisorder(funding.timeMs, funding.length);
  if (disorder >= 0) {
    throw new TidemarkError("DATA_QUALITY", {
      what: `Funding stamps are out of order or doubled at row ${disorder + 1}`,
      where,
      fix: "Import the funding rates again.",
    });
  }
  const moved = Array.from({ length: funding.length }, (_, i) => onGrid(funding.timeMs[i]));
  const timeMs: number[] = [];
  const rate: number[] = [];
  for (let i = 0; i < moved.length; i++) {
    if (timeMs.length > 0 && moved[i] - timeMs[timeMs.length - 1] < LEAST_GAP_MS) continue;
    timeMs.push(moved[i]);
    rate.push(funding.rate[i]);
  }
  return { timeMs, rate, doubled: moved.length - timeMs.length };
}

/**
 * Fills symbol `s`'s funding of a tape, and the columns of what is due at an open and inside a bar where the tape has
 * them. Returns the stamps that were used.
 */
export function fillFunding(
  tape: MarketTape,
  s: number,
  { funding, instrument }: SymbolHistory,
): FundingStamps | undefined {
  if (funding === undefined || instrument.fundingIntervalHours === undefined) return undefined;
  const stamps = fundingStamps(funding, instrument.symbol);
  const { timeMs, rate } = stamps;
  const { fundingAtOpen, fundingWithin } = tape;
  let i = lowerBound(Float64Array.from(timeMs), tape.timeMs[0] - tape.barMs + 1);
  for (let t = 0; t < tape.bars; t++) {
    const cell = t * tape.symbols + s;
    const endMs = t === 0 ? Number.NEGATIVE_INFINITY : tape.timeMs[t - 1] + tape.barMs;
    for (; i < timeMs.length && timeMs[i] <= tape.timeMs[t]; i++) {
      tape.funding[cell] += rate[i];
      if (fundingAtOpen !== undefined && timeMs[i] >= endMs) fundingAtOpen[cell] += rate[i];
    }
    if (fundingWithin === undefined) continue;
    const barEndMs = tape.timeMs[t] + tape.barMs;
    for (let k = i; k < timeMs.length && timeMs[k] < barEndMs; k++) fundingWithin[cell] += rate[k];
  }
  return stamps;
}
