/** @file How deep a run of tests goes. */

/** True in `npm test -- --nightly`: everything that is proven by volume is then proven by all of it. */
export const NIGHTLY = process.env["TIDEMARK_NIGHTLY"] === "1";

/** Of a number of runs: all of them at night, a third in the suite of every day. */
export function everyday(runs: number): number {
  return NIGHTLY ? runs : Math.ceil(runs / 3);
}
