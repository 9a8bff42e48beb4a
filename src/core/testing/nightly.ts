/** @file How deep a run of tests goes. */

/** True in `npm test -- --nightly`: everything that is proven by volume is then proven by all of it. */
export const NIGHTLY = process.env["TIDEMARK_NIGHTLY"] === "1";

/** A mutation run plays every test once for each mutant. */
const MUTATION = process.env["TIDEMARK_MUTATION"] !== undefined;

/** Of a number of runs: all of them at night, a third in the suite of every day, a tenth for each mutant. */
export function everyday(runs: number): number {
  return NIGHTLY ? runs : Math.ceil(runs / (MUTATION ? 10 : 3));
}
