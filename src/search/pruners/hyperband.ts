/**
 * @file Hyperband: several brackets of successive halving that differ in how early they begin to prune, so that neither
 * quick starters nor late bloomers are favored. A trial's bracket follows from the study's name and its number.
 * Source: Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar, "Hyperband", JMLR 18, 2018, algorithm 1; the shares of the
 * brackets and the checksum that assigns them as in the Optuna documentation.
 */
import { crc32 } from "node:zlib";
import type { Trial } from "../trial.ts";
import { KEEP, type PeerRequest, type PruneRequest, type Pruner } from "./pruner.ts";
import { halvingPruner, mostSteps } from "./successive-halving.ts";

export type HyperbandOptions = {
  readonly minResource: number;
  /** Steps of a trial that is never pruned; "auto" is the steps of the first complete trials. */
  readonly maxResource: number | "auto";
  readonly reductionFactor: number;
  readonly bootstrapCount: number;
};

const RESOURCE_KEY = "tidemark:max_resource";

/**
 * Brackets of a budget: `floor(log_eta(max / min)) + 1`, counted in whole steps because the quotient of two logarithms
 * falls short of whole numbers (log 243 / log 3 is 4.999...).
 */
export function bracketCount(minResource: number, maxResource: number, eta: number): number {
  let count = 1;
  while (minResource * eta ** count <= maxResource) count++;
  return count;
}

/** Share of trials that each bracket gets, `ceil(brackets * eta^s / (s + 1))` with s falling from `brackets - 1` to 0. */
export function bracketBudgets(brackets: number, eta: number): readonly number[] {
  return Array.from({ length: brackets }, (_, bracket) => {
    const s = brackets - 1 - bracket;
    return Math.ceil((brackets * eta ** s) / (s + 1));
  });
}

/** The bracket of a trial. */
export function bracketOf(studyName: string, number: number, budgets: readonly number[]): number {
  const total = budgets.reduce((a, b) => a + b, 0);
  let rest = crc32(`${studyName}_${number}`) % total;
  for (const [bracket, budget] of budgets.entries()) {
    if (rest < budget) return bracket;
    rest -= budget;
  }
  return budgets.length - 1;
}

/** The trials that share a bracket with the one of this number. */
function sameBracket({ studyName, number, trials }: PeerRequest, budgets: readonly number[]): readonly Trial[] {
  const bracket = bracketOf(studyName, number, budgets);
  return trials.filter((other) => bracketOf(studyName, other.number, budgets) === bracket);
}

export function hyperbandPruner(options: HyperbandOptions): Pruner {
  const { minResource, reductionFactor, bootstrapCount } = options;
  const known = ({ studyAttributes }: Pick<PruneRequest, "studyAttributes">) =>
    options.maxResource === "auto" ? studyAttributes[RESOURCE_KEY] : options.maxResource;
  const budgetsOf = (maxResource: number): readonly number[] =>
    bracketBudgets(bracketCount(minResource, maxResource, reductionFactor), reductionFactor);
  return {
    name: "hyperband",
    /** Those of the trial's bracket, as soon as there are brackets; before that all. */
    peers(request) {
      const maxResource = known(request);
      return typeof maxResource === "number" ? sameBracket(request, budgetsOf(maxResource)) : request.trials;
    },
    shouldPrune(request) {
      const { studyName, trial, trials } = request;
      let maxResource = known(request);
      const learned: Record<string, number> = {};
      if (typeof maxResource !== "number") {
        const most = mostSteps(trials);
        if (most === undefined) return KEEP;
        maxResource = most + 1;
        learned[RESOURCE_KEY] = maxResource;
      }
      const budgets = budgetsOf(maxResource);
      const bracket = bracketOf(studyName, trial.number, budgets);
      const peers = sameBracket({ ...request, number: trial.number }, budgets);
      const halving = halvingPruner({ minResource, reductionFactor, bootstrapCount, minEarlyStoppingRate: bracket });
      const verdict = halving.shouldPrune({ ...request, trials: peers });
      return Object.keys(learned).length > 0 ? { ...verdict, studyAttributes: learned } : verdict;
    },
  };
}
