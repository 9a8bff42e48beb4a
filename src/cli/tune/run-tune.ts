/** @file A search from beginning to end, or from where it was stopped: trials, best settings, verdict. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { barsPerYear, TidemarkError } from "../../core/index.ts";
import {
  bullmqExecutor,
  countedTrials,
  type OptimizeSummary,
  planBoard,
  processExecutor,
  type Study,
  type Trial,
  TrialState,
} from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Config } from "../config/load.ts";
import { dataRoot } from "../market-data.ts";
import type { CommandContext } from "../verb.ts";
import { packageVersion } from "../version.ts";
import { writeBest } from "./best-file.ts";
import { type KeptPlan, planFingerprint, planJson } from "./plan.ts";
import { searchProgress } from "./progress.ts";
import { beginSearch, resumeSearch, type Search } from "./search.ts";
import { judgeSearch, type SearchVerdict } from "./search-verdict.ts";
import { type Settings, settingsOfTrial, withSettings } from "./space.ts";
import { dropStudy } from "./study-folder.ts";
import { trialModule, trialSteps } from "./trial.ts";
import { failReason, figure } from "./trial-table.ts";

/** Trials that are given out at once where workers elsewhere take them and nothing else is said. */
const PARALLEL_WITH_WORKERS = 4;

export type TuneOptions = {
  /** Go on with a search: its name or folder, or true for the newest. */
  readonly resume?: string | true;
  /** Address of the Redis server through which workers take trials; processes of this machine where absent. */
  readonly workers?: string;
};

export type Tuned = {
  readonly kept: KeptPlan;
  readonly study: Study;
  readonly summary: OptimizeSummary;
  /** Without those that were lost or stopped and tried again. */
  readonly trials: readonly Trial[];
  readonly best: Trial;
  /** The best trial's settings by dotted key. */
  readonly settings: Settings;
  /** The configuration of the search with the best settings in it: for a full training. */
  readonly config: Config;
  readonly tape: MarketTape;
  /** The file with the best settings. */
  readonly bestPath: string;
  /** Undefined where the best trial kept no returns. */
  readonly verdict: SearchVerdict | undefined;
};

/** The file that Optuna and its dashboard open. */
export function journalOf(kept: KeptPlan): string {
  return join(kept.folder, "study.log");
}

function tellStart(context: CommandContext, { kept, study, config, tape }: Search, workers: boolean): void {
  const { output } = context;
  const { trials, sampler, pruner } = config.search;
  const symbols = tape.instruments.map(({ symbol }) => symbol).join(" ");
  const steps = trialSteps(config).toLocaleString("en-US");
  const settings = Object.keys(study.settings.space).length;
  const before = countedTrials(study.trials()).filter(({ state }) => state !== TrialState.waiting).length;
  output.note(`${symbols}, ${tape.bars} ${tape.timeframe} bars`);
  output.note(
    `search ${kept.name}: ${trials} trials of ${steps} steps over ${settings} settings, sampler ${sampler}, pruner ${pruner}, seed ${kept.plan.seed}`,
  );
  if (study.trials().at(0)?.state === TrialState.waiting) output.note("trial 0 has the settings as they stand");
  if (before > 0) output.note(`${before} trials from before`);
  if (workers) output.note("The trials wait for workers: tidemark worker --workers with the same address, anywhere.");
}

async function runTrials(
  context: CommandContext,
  { kept, study, config }: Search,
  workers: string | undefined,
): Promise<OptimizeSummary> {
  const { output, clock } = context;
  const { plan } = kept;
  const { trials, parallel, reports } = config.search;
  const hopeless = new AbortController();
  const sizes = { steps: trialSteps(config), reports };
  const onProgress = searchProgress(output, study, sizes, context.signal, () => hopeless.abort());
  const posting = { codeVersion: packageVersion(), dataFingerprint: planFingerprint(plan) };
  const board = workers === undefined ? undefined : await planBoard(workers, { clock });
  try {
    await board?.post({ ...posting, studyId: study.id, name: study.name, plan: planJson(plan) });
    const executor =
      workers === undefined ? processExecutor({ clock }) : bullmqExecutor({ ...posting, url: workers, clock });
    const usual = workers === undefined ? Math.max(1, availableParallelism() - 1) : PARALLEL_WITH_WORKERS;
    return await study.optimize(trialModule(plan, dataRoot(config)), {
      trials,
      parallel: parallel > 0 ? parallel : usual,
      executor,
      signal: AbortSignal.any([context.signal, hopeless.signal]),
      onProgress,
    });
  } finally {
    await board?.close();
    output.endProgress();
  }
}

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

function verdictOf(study: Study, best: Trial, tape: MarketTape): SearchVerdict | undefined {
  const own = study.returnsOf(best);
  if (own === undefined) return undefined;
  const ended = study.trials().filter(({ state }) => state === TrialState.complete || state === TrialState.pruned);
  const returns = ended.flatMap((trial) => study.returnsOf(trial) ?? []);
  return judgeSearch(own, returns, barsPerYear(tape.barMs));
}

/**
 * Searches, in a new study or in one that was stopped, and resolves with the best settings, written beside the study.
 * After Ctrl-C it rejects with the signal's reason, when everything is saved and the way to go on has been told. Else it
 * rejects with STUDY_WITHOUT_RESULT, QUEUE_UNREACHABLE, CONFIG_VALUE, a STUDY_ or a DATA_ error.
 * @param given the configuration of a new search
 */
export async function runTune(
  context: CommandContext,
  options: TuneOptions,
  given: Config,
  onTape?: MarketTape,
): Promise<Tuned> {
  const { resume, workers } = options;
  const search =
    resume === undefined
      ? await beginSearch(context, given, onTape)
      : await resumeSearch(context, resume === true ? undefined : resume);
  const { kept, study, config, tape } = search;
  tellStart(context, search, workers !== undefined);
  let summary: OptimizeSummary;
  try {
    summary = await runTrials(context, search, workers);
  } catch (thrown) {
    if (study.trials().every(({ state }) => state === TrialState.waiting)) dropStudy(kept);
    throw thrown;
  }
  if (context.signal.aborted) {
    context.output.note(`Saved. Go on with: tidemark tune --resume ${kept.name}`);
    context.signal.throwIfAborted();
  }
  const best = requireBest(study, kept.folder);
  const settings = settingsOfTrial(config, best.params);
  const score = `${config.search.objective} ${figure(best.value ?? 0)} in validation`;
  const told = `Trial ${best.number} of the search ${kept.name}: ${score}, the best of ${summary.complete} complete trials.`;
  return {
    kept,
    study,
    summary,
    trials: countedTrials(study.trials()),
    best,
    settings,
    config: withSettings(config, settings),
    tape,
    bestPath: writeBest(kept.folder, settings, told),
    verdict: verdictOf(study, best, tape),
  };
}
