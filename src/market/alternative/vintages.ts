/** @file Rows of one series with every vintage, and reading them as of a time. */

import { type SeriesSpec, staleAge } from "../../venues/choices.ts";
import { MISSING_AGE } from "./columns.ts";

/** One value as a source gives it. */
export type Observation = {
  /** What the value is stamped with, UTC milliseconds. */
  readonly eventMs: number;
  /** When the source says that it was published; null where it doesn't. */
  readonly publishedMs: number | null;
  readonly value: number;
};

/** Columns of one length, in the order in which rows became available. */
export type Vintages = {
  readonly length: number;
  readonly eventMs: Float64Array;
  readonly availableMs: Float64Array;
  /** 0 for the first value of an event, 1 for the first change of it. */
  readonly revision: Float64Array;
  /** 1 where our own clock saw it come, 0 where it was fetched afterwards. */
  readonly recorded: Float64Array;
  readonly value: Float64Array;
};

/**
 * The newest observation that was available at a time, in the revision known then. Times are asked for in rising order:
 * one pass over the rows, no search.
 */
export class AsOf {
  readonly #rows: Vintages;
  readonly #stale: number;
  #next = 0;
  /** The row that is known now, or -1. */
  #known = -1;
  value = 0;
  /** Milliseconds since the event; -1 while nothing is known, or what is known is stale. */
  age = MISSING_AGE;

  constructor(rows: Vintages, spec: SeriesSpec) {
    this.#rows = rows;
    this.#stale = staleAge(spec);
  }

  advance(nowMs: number): void {
    const { length, eventMs, availableMs, revision, value } = this.#rows;
    for (; this.#next < length && availableMs[this.#next] <= nowMs; this.#next++) {
      const row = this.#next;
      const known = this.#known;
      const newer = known < 0 || eventMs[row] > eventMs[known];
      if (newer || (eventMs[row] === eventMs[known] && revision[row] >= revision[known])) this.#known = row;
    }
    const age = this.#known < 0 ? Infinity : nowMs - eventMs[this.#known];
    const isKnown = age <= this.#stale;
    this.value = isKnown ? value[this.#known] : 0;
    this.age = isKnown ? age : MISSING_AGE;
  }
}
