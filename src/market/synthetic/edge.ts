/**
 * @file The planted edge: a part of the next bar's return that a bar already shows. With strength `rho` the standardized
 * return is `x[t+1] = rho * s[t] + sqrt(1 - rho^2) * news[t+1]`, so that the correlation of signal and next return is
 * `rho` (jumps and rounding to ticks apart) and the variance of returns is what it would be without an edge.
 */
import { TidemarkError } from "../../core/index.ts";

export const EdgeSignal = {
  /** The signal is the bar's own standardized return: above zero returns continue, below zero they turn back. */
  return: "return",
  /** The signal is the logarithm of the bar's volume against what is usual at its hour. */
  volume: "volume",
} as const;
export type EdgeSignal = (typeof EdgeSignal)[keyof typeof EdgeSignal];

export type SyntheticEdge = {
  /** Correlation of signal and next return, in (-1, 1). */
  readonly strength: number;
  readonly signal: EdgeSignal;
  /** Correlation of the volume signal with itself one bar later, in [0, 1). */
  readonly persistence: number;
};

/** A number is the strength of a return edge. */
export type EdgeOption = number | (Pick<SyntheticEdge, "strength"> & Partial<SyntheticEdge>);

const DEFAULT_PERSISTENCE = 0.9;

export function parseEdge(option: EdgeOption | undefined): SyntheticEdge {
  const given = typeof option === "number" ? { strength: option } : (option ?? { strength: 0 });
  const edge: SyntheticEdge = { signal: EdgeSignal.return, persistence: DEFAULT_PERSISTENCE, ...given };
  if (!(Math.abs(edge.strength) < 1) || !(edge.persistence >= 0 && edge.persistence < 1)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `An edge of strength ${edge.strength} and persistence ${edge.persistence} is not possible`,
      fix: "Choose a strength between -1 and 1 and a persistence from 0 to below 1.",
    });
  }
  return edge;
}
