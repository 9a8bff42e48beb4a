/**
 * @file Runs before every test file of a mutation run: the switch that instrumented code asks. One mutant is on at a time; the
 * places that were passed are counted, so that a loop without end is noticed and ended.
 */
import { readFileSync } from "node:fs";
import { configureGlobal } from "fast-check";

const plan = JSON.parse(readFileSync(process.env.TIDEMARK_MUTATION, "utf8"));

/** Thrown into a mutant that goes on and on. */
export class EndlessMutant extends Error {
  name = "EndlessMutant";
}

globalThis.__tidemarkMutation = {
  plan,
  /** Number of the mutant that is on, -1 for none. */
  on: -1,
  passed: 0,
  limit: Number.POSITIVE_INFINITY,
  /** By the first mutant of a place: 1 where the place was passed. */
  hits: new Uint8Array(plan.count),
  base: (path) => plan.bases[path],
  at(low, high) {
    this.hits[low] = 1;
    if (++this.passed > this.limit) throw new EndlessMutant("a mutant goes on without end");
    return this.on >= low && this.on <= high;
  },
};
if (process.env.TIDEMARK_MUTANT !== undefined) {
  globalThis.__tidemarkMutation.on = Number(process.env.TIDEMARK_MUTANT);
  globalThis.__tidemarkMutation.limit = 2e9;
}
configureGlobal({ seed: 1, endOnFailure: true });
