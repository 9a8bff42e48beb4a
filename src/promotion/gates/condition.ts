/** @file A condition of a gate, with its figure: it holds, it does not, or too little is known. */

export const Outcome = { pass: "pass", fail: "fail", inconclusive: "inconclusive" } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export type Condition = {
  readonly name: string;
  /** Null where it can't be computed yet. */
  readonly figure: number | null;
  /** In words, such as "at least 100". */
  readonly wanted: string;
  readonly outcome: Outcome;
  /** Waiting can't undo it, such as a drawdown. */
  readonly final?: boolean;
};

/** Passes where the figure is at least `limit`; waits where there is none, and where `wait` says that more may come. */
export function atLeast(name: string, figure: number | null, limit: number, wait = false): Condition {
  const outcome =
    figure === null
      ? Outcome.inconclusive
      : figure >= limit
        ? Outcome.pass
        : wait
          ? Outcome.inconclusive
          : Outcome.fail;
  return { name, figure, wanted: `at least ${limit}`, outcome };
}

export function atMost(name: string, figure: number | null, limit: number, final = false): Condition {
  const outcome = figure === null ? Outcome.inconclusive : figure <= limit ? Outcome.pass : Outcome.fail;
  return { name, figure, wanted: `at most ${limit}`, outcome, ...(final ? { final } : {}) };
}

/** A yes or a no that something else has found out; null where nobody has looked. */
export function holds(name: string, found: boolean | null, final = false): Condition {
  const outcome = found === null ? Outcome.inconclusive : found ? Outcome.pass : Outcome.fail;
  return { name, figure: found === null ? null : Number(found), wanted: "yes", outcome, ...(final ? { final } : {}) };
}

/**
 * What waiting can't undo fails at once; otherwise the gate waits for what is not known yet, and only then one that fails
 * fails it. Without a condition nothing is proven.
 */
export function outcomeOf(conditions: readonly Condition[]): Outcome {
  const is = (outcome: Outcome) => (condition: Condition) => condition.outcome === outcome;
  const failed = conditions.filter(is(Outcome.fail));
  if (failed.some(({ final }) => final === true)) return Outcome.fail;
  if (conditions.length === 0 || conditions.some(is(Outcome.inconclusive))) return Outcome.inconclusive;
  return failed.length > 0 ? Outcome.fail : Outcome.pass;
}
