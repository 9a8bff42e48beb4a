/**
 * @file What becomes of a retraining. A twin, trained as the champion was and a week ahead of the candidate, proves the recipe
 * on a week that neither has seen; the candidate is held against the champion for its behavior alone. In doubt the champion
 * stays.
 */
import { Random } from "../../core/index.ts";
import { atLeast, atMost, type Condition, holds, Outcome } from "../gates/condition.ts";

export type RetrainingFindings = {
  /** Checks of data, leaks and warm-up, by name; null where one was not made. */
  readonly quality: Readonly<Record<string, boolean | null>>;
  /**
   * `[days]` mean log loss of the champion less the twin's, on the week that neither has seen; null of a policy, which gives no
   * probability of an outcome.
   */
  readonly lossByDay: readonly number[] | null;
  /** `[days]` net return of the twin less the champion's, likewise. */
  readonly profitByDay: readonly number[];
  /** The twin's Brier skill less the champion's; null likewise. */
  readonly skillOverChampion: number | null;
  /** Mean KL(champion || candidate) of the probabilities of classes or of choices, nats. */
  readonly kl: number;
  /** Share of the rows on which both wish for the same. */
  readonly sameAction: number;
  /** Candidate over champion; null where the champion has none and the candidate has. */
  readonly turnover: number | null;
  readonly exposure: number | null;
  readonly seed: number;
};

export type RetrainingAnswer = "replace" | "shadow" | "drop";

export type RetrainingVerdict = {
  readonly answer: RetrainingAnswer;
  /** What proves the recipe: all of it, or the candidate is dropped. */
  readonly proof: readonly Condition[];
  /** What holds the candidate's behavior against the champion's: where it alone fails, the candidate goes into shadow. */
  readonly behavior: readonly Condition[];
};

const STANDARD_ERRORS = 2;
const MOST_KL = 0.05;
const LEAST_SAME = 0.8;
const MOST_TURNOVER = 1.5;
const MOST_EXPOSURE = 1.25;
const SKILL_SLACK = 0.002;

export function judgeRetraining(found: RetrainingFindings): RetrainingVerdict {
  const proof = [
    ...Object.entries(found.quality).map(([name, good]) => holds(name, good)),
    ...(found.lossByDay === null
      ? []
      : [atLeast("twin's log loss, standard errors", pairedScore(found.lossByDay, found.seed), -STANDARD_ERRORS)]),
    atLeast("twin's net result, standard errors", pairedScore(found.profitByDay, found.seed), -STANDARD_ERRORS),
    ...(found.skillOverChampion === null
      ? []
      : [atLeast("twin's Brier skill over the champion's", found.skillOverChampion, -SKILL_SLACK)]),
  ];
  const behavior = [
    atMost("divergence from the champion, nats", found.kl, MOST_KL),
    atLeast("same action", found.sameAction, LEAST_SAME),
    atMost("turnover over the champion's", found.turnover ?? Number.MAX_VALUE, MOST_TURNOVER),
    atMost("exposure over the champion's", found.exposure ?? Number.MAX_VALUE, MOST_EXPOSURE),
  ];
  return { answer: !allPass(proof) ? "drop" : allPass(behavior) ? "replace" : "shadow", proof, behavior };
}

function allPass(conditions: readonly Condition[]): boolean {
  return conditions.every(({ outcome }) => outcome === Outcome.pass);
}

/** What an old champion may still do: 1 whole, a half from four weeks on, nothing new from eight weeks on. */
export function multiplierByAge(ageMs: number): 1 | 0.5 | 0 {
  const weeks = ageMs / WEEK_MS;
  return weeks > 8 ? 0 : weeks > 4 ? 0.5 : 1;
}

const WEEK_MS = 604_800_000;
const COPIES = 2_000;
/** Mean length of a block of days. */
const BLOCK = 2;

/**
 * Mean over its standard error by the stationary bootstrap (Politis and Romano, 1994) of the days; 0 where all days are
 * equal to nothing, null below three days.
 */
export function pairedScore(days: readonly number[], seed: number): number | null {
  const n = days.length;
  if (n < 3) return null;
  const mean = days.reduce((sum, day) => sum + day, 0) / n;
  if (days.every((day) => day === days[0])) return days[0] === 0 ? 0 : Math.sign(mean) * Number.MAX_VALUE;
  const random = new Random(seed).fork("retraining");
  let squares = 0;
  for (let k = 0; k < COPIES; k++) {
    let row = 0;
    let total = 0;
    for (let i = 0; i < n; i++) {
      row = i === 0 || random.uniform() < 1 / BLOCK ? random.below(n) : (row + 1) % n;
      total += days[row] - mean;
    }
    squares += (total / n) ** 2;
  }
  return mean / Math.sqrt(squares / COPIES);
}
