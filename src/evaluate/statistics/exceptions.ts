/**
 * @file Is a value at risk kept as often as it says, and are its exceptions spread? Kupiec, "Techniques for verifying the
 * accuracy of risk measurement models" (1995): likelihood ratio of the observed share of exceptions against the stated
 * one, chi-square with 1 degree. Christoffersen, "Evaluating interval forecasts" (1998): independence of successive
 * exceptions (1 degree), and both together (2 degrees). `0 * log 0` is 0.
 */
import { normalCdf } from "../../core/index.ts";

export type ExceptionTest = {
  readonly days: number;
  readonly exceptions: number;
  /** Stated share. */
  readonly coverage: number;
  readonly unconditional: { readonly ratio: number; readonly p: number };
  readonly independence: { readonly ratio: number; readonly p: number };
  readonly conditional: { readonly ratio: number; readonly p: number };
  /** The Basel committee's zone for 250 days at 1 %: green up to 4 exceptions, yellow up to 9, red beyond. */
  readonly zone: "green" | "yellow" | "red" | null;
};

function weighted(count: number, share: number): number {
  return count === 0 ? 0 : count * Math.log(share);
}

/** Upper tail of chi-square with 1 or 2 degrees of freedom. */
export function chiSquareTail(ratio: number, degrees: 1 | 2): number {
  if (ratio <= 0) return 1;
  return degrees === 2 ? Math.exp(-ratio / 2) : 2 * normalCdf(-Math.sqrt(ratio));
}

/** Kupiec's likelihood ratio of `exceptions` in `days` against the stated share. */
export function kupiec(days: number, exceptions: number, coverage: number): number {
  const share = exceptions / days;
  const stated = weighted(days - exceptions, 1 - coverage) + weighted(exceptions, coverage);
  const observed = weighted(days - exceptions, 1 - share) + weighted(exceptions, share);
  return Math.max(0, -2 * (stated - observed));
}

/** Christoffersen's likelihood ratio of independence, from the `n - 1` transitions. */
export function christoffersen(exceptions: ArrayLike<boolean | number>): number {
  const counts = [0, 0, 0, 0];
  for (let i = 1; i < exceptions.length; i++) counts[(exceptions[i - 1] ? 2 : 0) + (exceptions[i] ? 1 : 0)]++;
  const [n00, n01, n10, n11] = counts;
  const after0 = n00 + n01 === 0 ? 0 : n01 / (n00 + n01);
  const after1 = n10 + n11 === 0 ? 0 : n11 / (n10 + n11);
  const all = (n01 + n11) / Math.max(1, n00 + n01 + n10 + n11);
  const together = weighted(n00 + n10, 1 - all) + weighted(n01 + n11, all);
  const apart = weighted(n00, 1 - after0) + weighted(n01, after0) + weighted(n10, 1 - after1) + weighted(n11, after1);
  return Math.max(0, -2 * (together - apart));
}

/** Both tests of a value at risk with the stated share of exceptions. Null for no days. */
export function testExceptions(exceptions: ArrayLike<boolean | number>, coverage: number): ExceptionTest | null {
  const days = exceptions.length;
  if (days === 0) return null;
  let count = 0;
  for (let i = 0; i < days; i++) if (exceptions[i]) count++;
  const unconditional = kupiec(days, count, coverage);
  const independence = christoffersen(exceptions);
  const conditional = unconditional + independence;
  const basel = days === 250 && coverage === 0.01;
  return {
    days,
    exceptions: count,
    coverage,
    unconditional: { ratio: unconditional, p: chiSquareTail(unconditional, 1) },
    independence: { ratio: independence, p: chiSquareTail(independence, 1) },
    conditional: { ratio: conditional, p: chiSquareTail(conditional, 2) },
    zone: basel ? (count <= 4 ? "green" : count <= 9 ? "yellow" : "red") : null,
  };
}
