/** @file What a search has found: its best trial, the settings of it, and how much of the result is luck. */

import { barsPerYear, TidemarkError, timeframeMs } from "../../core/index.ts";
import { judgeSearch, type SearchVerdict } from "../../evaluate/index.ts";
import { LOOKS_NOTE, type SearchOrigin, type TrialLooks } from "../../learn/index.ts";
import { countedTrials, openStudy, type Study, type Trial, TrialState } from "../../search/index.ts";
import type { Config } from "../config/load.ts";
import { planConfig, type StoredPlan } from "./plan.ts";
import { type Settings, settingsOfTrial } from "./space.ts";
import { findStudy } from "./study-folder.ts";
import { failReason } from "./trial-text.ts";

export type SearchResult = {
  readonly kept: StoredPlan;
  readonly study: Study;
  /** Without those that were lost or stopped and tried again. */
  readonly trials: readonly Trial[];
  readonly best: Trial;
  /** The best trial's settings by dotted key. */
  readonly settings: Settings;
  /** Undefined where the best trial kept no returns. */
  readonly verdict: SearchVerdict | undefined;
};

/** The trial that is to be trained in full. Throws STUDY_WITHOUT_RESULT where none came to its end. */
function requireBest(study: Study, folder: string): Trial {
  const best = study.best();
  if (best !== undefined) return best;
  const trials = countedTrials(study.trials());
  const failed = trials.find((trial) => failReason(trial) !== undefined);
  const why = failed === undefined ? "" : `; trial ${failed.number} says: ${failReason(failed)}`;
  throw new TidemarkError("STUDY_WITHOUT_RESULT", {
    what: `None of ${trials.length} trials came to its end${why}`,
    where: folder,
    fix: "Correct what the reason names and begin a new search; where all were pruned, give it more trials.",
  });
}

function verdictOf(study: Study, best: Trial, periodsPerYear: number): SearchVerdict | undefined {
  const own = study.returnsOf(best);
  if (own === undefined) return undefined;
  const ended = study.trials().filter(({ state }) => state === TrialState.complete || state === TrialState.pruned);
  const counted = ended.filter((trial) => study.returnsOf(trial) !== undefined);
  const returns = counted.flatMap((trial) => study.returnsOf(trial) ?? []);
  return judgeSearch(own, returns, periodsPerYear, counted.map(looksOfTrial));
}

/** What the trial noted of its looks; undefined in a study of an older version. */
function looksOfTrial({ userAttributes }: Trial): TrialLooks | undefined {
  const noted = userAttributes[LOOKS_NOTE] as Partial<TrialLooks> | undefined;
  const { count, correlation, sharpes } = noted ?? {};
  const isWhole = typeof count === "number" && typeof correlation === "number" && Array.isArray(sharpes);
  return isWhole ? { count, correlation, sharpes } : undefined;
}

/** Throws STUDY_WITHOUT_RESULT, or STUDY_CORRUPT where the returns of a trial are gone. */
export function resultOf(kept: StoredPlan, study: Study): SearchResult {
  const best = requireBest(study, kept.folder);
  return {
    kept,
    study,
    trials: countedTrials(study.trials()),
    best,
    settings: { ...kept.fixed, ...settingsOfTrial(planConfig(kept.plan, kept.baseFolder), best.params) },
    verdict: verdictOf(study, best, barsPerYear(timeframeMs(kept.plan.market.timeframe))),
  };
}

/**
 * What a search that ended or was stopped has found so far: the named one, or the newest of the model. Throws
 * STUDY_MISSING, or as `resultOf` does.
 */
export async function loadSearchResult(config: Config, name: string | undefined): Promise<SearchResult> {
  const kept = findStudy(config, name);
  return resultOf(kept, await openStudy(kept.folder));
}

/** Results that were seen inside the trials: what each has noted, or its reports where it has noted nothing. */
export function looksOf(trials: readonly Trial[]): number {
  return trials.reduce((sum, trial) => sum + (looksOfTrial(trial)?.count ?? Math.max(1, trial.intermediate.size)), 0);
}

/** What a model that is trained with these settings says of where they come from. */
export function originOf({ kept, trials, best, verdict }: SearchResult): SearchOrigin {
  return {
    study: kept.name,
    trials: trials.length,
    best: best.number,
    ...(verdict === undefined
      ? {}
      : {
          effectiveTrials: verdict.effectiveTrials,
          sharpeDeviation: verdict.sharpeDeviation,
          overfitting: verdict.overfitting,
        }),
    looks: looksOf(trials),
  };
}
