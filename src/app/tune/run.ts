/** @file A search from beginning to end, or from where it was stopped: trials, best settings, verdict. */

import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { packageVersion } from "../../core/index.ts";
import { planBoard } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { learnsClassifier } from "../../policy/index.ts";
import {
  bullmqExecutor,
  countedTrials,
  type OptimizeSummary,
  processExecutor,
  TrialState,
} from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { searchBudget, trialSettings } from "../config/search.ts";
import type { AppContext } from "../context.ts";
import { noteSearch } from "../models/trials.ts";
import { writeBest } from "./best-file.ts";
import { planFingerprint, planJson, type StoredPlan } from "./plan.ts";
import { searchProgress } from "./progress.ts";
import { looksOf, resultOf, type SearchResult } from "./result.ts";
import { beginSearch, resumeSearch, type Search } from "./search.ts";
import { dropStudy } from "./study-folder.ts";
import { trialModule, trialSteps, wantedOf } from "./trial.ts";
import { STATE_NAMES, scoreWords } from "./trial-text.ts";

/** Trials that are given out at once where workers elsewhere take them and nothing else is said. */
const PARALLEL_WITH_WORKERS = 4;

export type TuneOptions = {
  /** Go on with a search: its name or folder, or true for the newest. */
  readonly resume?: string | true;
  /** Address of the Redis server through which workers take trials; processes of this machine where absent. */
  readonly workers?: string;
};

export type Tuned = SearchResult & {
  readonly summary: OptimizeSummary;
  /** The configuration of the search with the best settings in it: for a full training. */
  readonly config: Config;
  /** The file with the best settings. */
  readonly bestPath: string;
};

/** The file that Optuna and its dashboard open. */
export function journalOf(kept: StoredPlan): string {
  return join(kept.folder, "study.log");
}

/** Where trials that were stopped wait to be gone on with. */
function stoppedTrials(kept: StoredPlan): string {
  return join(kept.folder, "trials");
}

function tellStart(context: AppContext, { kept, study, config, tape }: Search, workers: boolean): void {
  const { trials, sampler, pruner } = config.search;
  const symbols = tape.instruments.map(({ symbol }) => symbol).join(" ");
  const steps = learnsClassifier(config.model.learner) ? "" : ` of ${trialSteps(config).toLocaleString("en-US")} steps`;
  const settings = Object.keys(study.settings.space).length;
  const before = countedTrials(study.trials()).filter(({ state }) => state !== TrialState.waiting).length;
  context.note(`${symbols}, ${tape.bars} ${tape.timeframe} bars`);
  context.note(
    `search ${kept.name}: ${trials} trials${steps} over ${settings} settings, sampler ${sampler}, pruner ${pruner}, seed ${kept.plan.seed}`,
  );
  if (study.trials().at(0)?.state === TrialState.waiting) context.note("trial 0 has the settings as they stand");
  if (before > 0) context.note(`${before} trials from before`);
  if (workers) context.note("The trials wait for workers: tidemark worker --workers with the same address, anywhere.");
}

async function runTrials(
  context: AppContext,
  { kept, study, config }: Search,
  workers: string | undefined,
): Promise<OptimizeSummary> {
  const { clock } = context;
  const { plan } = kept;
  const { reports } = trialSettings(config);
  const hopeless = new AbortController();
  const sizes = { steps: trialSteps(config), reports };
  const onProgress = searchProgress(context, study, sizes, scoreWords(wantedOf(config)), () => hopeless.abort());
  const posting = { codeVersion: packageVersion(), dataFingerprint: planFingerprint(plan) };
  const board = workers === undefined ? undefined : await planBoard(workers, { clock });
  try {
    await board?.post({ ...posting, studyId: study.id, name: study.name, plan: planJson(plan) });
    const executor =
      workers === undefined ? processExecutor({ clock }) : bullmqExecutor({ ...posting, url: workers, clock });
    const usual = workers === undefined ? Math.max(1, availableParallelism() - 1) : PARALLEL_WITH_WORKERS;
    return await study.optimize(trialModule(plan, dataRoot(config), stoppedTrials(kept)), {
      ...searchBudget(config, usual),
      executor,
      signal: AbortSignal.any([context.signal, hopeless.signal]),
      onProgress,
    });
  } finally {
    await board?.close();
    context.endProgress();
  }
}

function noteFound(context: AppContext, config: Config, { kept, trials }: SearchResult): void {
  const { market } = kept.plan;
  noteSearch(context, config, {
    data: planFingerprint(kept.plan),
    symbols: [...market.symbols],
    timeframe: market.timeframe,
    fromMs: 0,
    toMs: context.clock.nowMs(),
    study: kept.name,
    trials: trials.length,
    looks: looksOf(trials),
  });
}

/**
 * Searches, in a new study or in one that was stopped, and resolves with the best settings, written beside the study.
 * After Ctrl-C it rejects with the signal's reason, when everything is saved and the way to go on has been told. Else it
 * rejects with STUDY_WITHOUT_RESULT, QUEUE_UNREACHABLE, CONFIG_VALUE, a STUDY_ or a DATA_ error.
 * @param given the configuration of a new search
 */
export async function runTune(
  context: AppContext,
  options: TuneOptions,
  given: Config,
  onTape?: MarketTape,
): Promise<Tuned> {
  const { resume, workers } = options;
  const search =
    resume === undefined
      ? await beginSearch(context, given, onTape)
      : await resumeSearch(context, resume === true ? undefined : resume);
  const { kept, study, config } = search;
  tellStart(context, search, workers !== undefined);
  let summary: OptimizeSummary;
  try {
    summary = await runTrials(context, search, workers);
  } catch (thrown) {
    if (study.trials().every(({ state }) => state === TrialState.waiting)) dropStudy(kept);
    throw thrown;
  }
  if (context.signal.aborted) {
    context.note(`Saved. Go on with: tidemark tune --resume ${kept.name}`);
    context.signal.throwIfAborted();
  }
  // What trials left that died too often to be tried again.
  rmSync(stoppedTrials(kept), { recursive: true, force: true });
  const found = resultOf(kept, study);
  noteFound(context, config, found);
  const { best, settings } = found;
  const { unit, text } = scoreWords(wantedOf(config));
  const score = `${text(best.value ?? 0)} ${unit} in validation`;
  const told = `Trial ${best.number} of the search ${kept.name}: ${score}, the best of ${summary.complete} complete trials.`;
  return {
    ...found,
    summary,
    config: changedConfig(config, settings),
    bestPath: writeBest(kept.folder, settings, told),
  };
}

/** Everything that --json prints of a search. */
export function tunedData(tuned: Tuned): object {
  const { kept, study, summary, trials, best, settings, bestPath, verdict } = tuned;
  return {
    study: kept.name,
    folder: kept.folder,
    journal: journalOf(kept),
    seed: kept.plan.seed,
    objective: wantedOf(tuned.config),
    complete: summary.complete,
    pruned: summary.pruned,
    failed: summary.failed,
    trials: trials.map(({ number, state, value, params, userAttributes }) => ({
      number,
      state: STATE_NAMES.get(state),
      value,
      steps: userAttributes["steps"],
      worker: userAttributes["worker"],
      reason: userAttributes["fail_reason"],
      params,
    })),
    best: { number: best.number, value: best.value, settings, file: bestPath },
    importance: study.importance(),
    verdict,
  };
}
