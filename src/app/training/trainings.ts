/** @file The ways to train: anew, by phases, after a search, going on from a model, each symbol alone; and resuming. */

import { basename } from "node:path";
import { formatDay, TidemarkError } from "../../core/index.ts";
import { biasHeadline } from "../../evaluate/index.ts";
import {
  type PhasesOptions,
  requireChoices,
  resolveCurriculum,
  type StartingPoint,
  type TrainResult,
} from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { actionSpace, type LearnerName, learnsNetwork } from "../../policy/index.ts";
import { changedConfig } from "../config/changed.ts";
import { checkConfig } from "../config/check.ts";
import { phasesSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import { riskSettings } from "../config/risk-percentage.ts";
import type { AppContext } from "../context.ts";
import { configuredSymbols, openTape } from "../data/market.ts";
import { originOf } from "../tune/result.ts";
import { runTune, type Tuned, tunedData } from "../tune/run.ts";
import { findStudy } from "../tune/study-folder.ts";
import { tunedConfig } from "../tune/tuned-config.ts";
import { continuation } from "./continuation.ts";
import { type BiasCorrection, correction, lookAtBias } from "./correct-bias.ts";
import { resumedConfig } from "./resume.ts";
import { beginRun, findRun, type TrainingRun } from "./runs.ts";
import { train } from "./train.ts";

/** Flags that are no settings of the configuration, or more than one. */
export type TrainingFlags = {
  readonly resume?: string | true;
  readonly continue?: string;
  readonly refitNormalizer?: boolean;
  readonly correctBias?: boolean;
  readonly phases?: string | true;
  readonly useRecommendations?: boolean;
  readonly perSymbol?: boolean;
  readonly riskPercentage?: string;
  readonly tune?: boolean;
  readonly tuned?: string | true;
};

/** A training that has ended with a model. */
export type Trained = {
  readonly run: TrainingRun;
  readonly result: TrainResult;
  readonly config: Config;
  readonly tape: MarketTape;
  /** What the search before it found, for --json. */
  readonly search?: object;
  /** The model before and after, where a habit was to be unlearned. */
  readonly bias?: BiasCorrection;
};

/**
 * Trains as the flags say, one model or one a symbol. Flags that don't go together: USAGE_ARGUMENT.
 * @param onSearched told of a search before the training that it leads to
 */
export async function trainAll(
  context: AppContext,
  given: Config,
  flags: TrainingFlags,
  onSearched: (tuned: Tuned) => void = () => {},
): Promise<Trained[]> {
  requireFit(flags);
  if (!learnsNetwork(given.model.learner)) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `This command trains one network, and model.learner is "${given.model.learner}"`,
      where: "model.learner",
      fix: 'Train it with `tidemark train`, or set model.learner to "ppo" or "pqn".',
    });
  }
  if (flags.resume !== undefined) return [await resumeTraining(context, given, flags.resume)];
  const config = flaggedConfig(given, flags);
  if (config.model.learner === "pqn") requireQLearning(config, flags);
  checkConfig(config, "features", "training", "decision");
  if (flags.continue !== undefined) {
    const { config: going, start: from, begin } = await continuation(config, flags.continue);
    const start = flags.refitNormalizer === true ? { ...from, refitNormalizer: true } : from;
    if (flags.correctBias === true) return [await trainCorrected(context, going, start)];
    return [await trainOne(context, going, { start, ...(begin === undefined ? {} : { begin }) })];
  }
  const symbols = configuredSymbols(config);
  if (flags.perSymbol !== true) return [await trainOne(context, config, { ...flags, onSearched })];
  const trained: Trained[] = [];
  for (const [i, symbol] of symbols.entries()) {
    const own = changedConfig(config, { "data.symbols": [symbol], "model.name": `${config.model.name}-${symbol}` });
    try {
      trained.push(await trainOne(context, own, { ...flags, onSearched }));
    } catch (thrown) {
      const rest = symbols.slice(i + 1);
      if (context.signal.aborted && rest.length > 0) {
        context.note(`Then the others: tidemark train --per-symbol --symbols ${rest.join(",")}`);
      }
      throw thrown;
    }
  }
  return trained;
}

/**
 * What trains: of a run that goes on what it was begun with, of a search what a flag decided for it, otherwise what the
 * configuration says. Throws RUN_MISSING or STUDY_MISSING, and USAGE_ARGUMENT for flags that don't go together.
 */
export function askedLearner(config: Config, flags: TrainingFlags): LearnerName {
  requireFit(flags);
  const { resume, tuned } = flags;
  if (tuned !== undefined && !config.overridden.has("model.learner")) {
    const { asked } = findStudy(config, tuned === true ? undefined : tuned);
    // A plan's configuration has been parsed by the schema, and this is a part of it.
    return (asked["model.learner"] ?? config.model.learner) as LearnerName;
  }
  if (resume === undefined) return config.model.learner;
  return findRun(config, resume === true ? undefined : resume).config.model.learner;
}

/** Looks at a model's habits, trains on against them, and looks at the same bars again. */
async function trainCorrected(context: AppContext, going: Config, start: StartingPoint): Promise<Trained> {
  const before = await lookAtBias(context, going, start.from);
  context.note(`Before: ${biasHeadline(before.findings)}`);
  const { config, measures } = correction(going, before.findings);
  context.note(`Correction: ${measures.join("; ")}.`);
  const correcting = { ...start, correcting: true };
  const trained = await trainOne(context, config, { start: correcting, begin: { index: 0, overrides: {} } });
  const { name, version } = trained.run;
  const after = await lookAtBias(context, going, `${name}/${version}`, before.fromMs);
  const same = after.fromMs === before.fromMs ? before : await lookAtBias(context, going, start.from, after.fromMs);
  return { ...trained, bias: { before: same, after, measures } };
}

/** The configuration with what the flags stand for. Throws USAGE_ARGUMENT or CONFIG_VALUE. */
export function flaggedConfig(given: Config, flags: TrainingFlags): Config {
  const config =
    flags.riskPercentage === undefined ? given : changedConfig(given, riskSettings(given, flags.riskPercentage));
  const changes: Record<string, unknown> = {};
  const { plan, phases } = config.curriculum;
  // Recommendations for a phase that goes on from another mean that one.
  const implied =
    flags.useRecommendations === true && phases === 0 ? (flags.continue === undefined ? true : "1") : undefined;
  const wanted = flags.phases ?? implied;
  if (wanted !== undefined) changes["curriculum.phases"] = phaseCount(wanted, plan.length);
  if (flags.useRecommendations === true) changes["curriculum.use_recommendations"] = true;
  if ((wanted !== undefined || phases > 0) && config.overridden.has("training.total_steps")) {
    changes["curriculum.total_steps"] = config.training.totalSteps;
  }
  return Object.keys(changes).length === 0 ? config : changedConfig(config, changes);
}

/** "default", or no number: all of the plan. */
function phaseCount(text: string | true, planned: number): number {
  if (text === true || text === "default") return planned === 0 ? resolveCurriculum().phases.length : planned;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text}" is not a number of phases`,
    where: "--phases",
    fix: "Give a whole number from 1 to 100, or leave it out for all of them.",
  });
}

/** What phases and corrections tune are PPO's probabilities. Throws USAGE_ARGUMENT, or CONFIG_VALUE for an action space with sizes. */
export function requireQLearning(config: Config, flags: TrainingFlags): void {
  requireChoices(actionSpace(config.model.actionSpace));
  if (phasesSettings(config) === undefined && flags.correctBias !== true) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: "Phases and corrections set the entropy and the clip of PPO, which PQN does not have",
    where: flags.correctBias === true ? "--correct-bias" : "curriculum.phases",
    fix: "Leave them out, or train with --learner ppo.",
  });
}

function requireFit(flags: TrainingFlags): void {
  if (flags.refitNormalizer === true && flags.continue === undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "Only a training that goes on from a model has a normalizer to keep or to fit anew",
      where: "--refit-normalizer",
      fix: "Leave it out, or name the model with --continue.",
    });
  }
  if (flags.correctBias === true) {
    const phased = flags.phases !== undefined || flags.useRecommendations === true;
    if (flags.continue === undefined || phased) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: phased ? "A correction has phases of its own" : "Only a model that is there already can be corrected",
        where: "--correct-bias",
        fix: phased ? "Leave --phases and --use-recommendations out." : "Name the model with --continue.",
      });
    }
  }
  const names = {
    resume: "--resume",
    continue: "--continue",
    perSymbol: "--per-symbol",
    tune: "--tune",
    tuned: "--tuned",
  };
  const all = ["resume", "continue", "perSymbol", "tune", "tuned"] as const;
  const given = all.filter((flag) => flags[flag] !== undefined);
  const together = given.length < 2 || /^perSymbol,tuned?$/.test(given.join());
  const alone =
    flags.resume === undefined ||
    (flags.phases === undefined && flags.useRecommendations === undefined && flags.riskPercentage === undefined);
  if (together && alone) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: alone
      ? `${given.map((flag) => names[flag]).join(" and ")} don't go together`
      : "A resumed run goes on with the settings that it was begun with",
    where: "tidemark train",
    fix: alone ? "Leave all but one of them out." : "Leave the other flags out, or begin a new run with --continue.",
  });
}

type Begin = {
  readonly tune?: boolean;
  readonly tuned?: string | true;
  readonly start?: StartingPoint;
  readonly begin?: NonNullable<PhasesOptions["begin"]>;
  readonly onSearched?: (tuned: Tuned) => void;
};

async function trainOne(context: AppContext, given: Config, how: Begin): Promise<Trained> {
  const { tune, tuned: search, start, begin, onSearched } = how;
  if ((tune === true || search !== undefined) && phasesSettings(given) !== undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "A search finds one learning rate, phases bring their own",
      where: tune === true ? "--tune" : "--tuned",
      fix: "Leave it out, or train without phases (curriculum.phases = 0).",
    });
  }
  if (search !== undefined) return trainTuned(context, given, search);
  const tape = await openTape(context, given);
  if (tune !== true) {
    const run = beginRun(given, tape, context.seed());
    return runToEnd(context, given, tape, run, { start, begin });
  }
  const tuned = await runTune(context, {}, given, tape);
  onSearched?.(tuned);
  const run = beginRun(tuned.config, tape, context.seed(), originOf(tuned));
  return { ...(await runToEnd(context, tuned.config, tape, run, {})), search: tunedData(tuned) };
}

/** Trains with what a search has found; a flag on a setting wins over it. */
async function trainTuned(context: AppContext, given: Config, name: string | true): Promise<Trained> {
  const { config, found } = await tunedConfig(context, given, name);
  const tape = await openTape(context, config);
  return runToEnd(context, config, tape, beginRun(config, tape, context.seed(), originOf(found)), {});
}

async function resumeTraining(context: AppContext, given: Config, name: string | true): Promise<Trained> {
  const run = findRun(given, name === true ? undefined : name);
  const config = resumedConfig(context, given, run);
  return runToEnd(context, config, await openTape(context, config), run, { resume: true });
}

async function runToEnd(
  context: AppContext,
  config: Config,
  tape: MarketTape,
  run: TrainingRun,
  how: {
    readonly resume?: boolean;
    readonly start?: StartingPoint | undefined;
    readonly begin?: Begin["begin"] | undefined;
  },
): Promise<Trained> {
  const { start, begin, resume = false } = how;
  tellStart(context, config, tape, run, begin?.index ?? 0);
  if (start !== undefined) context.note(`Goes on from ${start.from}.`);
  try {
    const extras = {
      resume,
      ...(start === undefined ? {} : { start }),
      ...(begin === undefined ? {} : { begin }),
    };
    return { run, config, tape, result: await train(context, config, tape, run, extras) };
  } catch (thrown) {
    if (context.signal.aborted) context.note(`Saved. Go on with: tidemark train --resume ${basename(run.folder)}`);
    throw thrown;
  }
}

function tellStart(context: AppContext, config: Config, tape: MarketTape, run: TrainingRun, first: number): void {
  const symbols = tape.instruments.map(({ symbol }) => symbol).join(" ");
  const range = `${formatDay(tape.timeMs[0])} to ${formatDay(tape.timeMs[tape.bars - 1])}`;
  const phases = phasesSettings(config);
  const trained = phases?.curriculum.phases.slice(first, first + phases.count);
  const steps = trained?.reduce((sum, phase) => sum + phase.steps, 0) ?? config.training.totalSteps;
  const plan = phases?.curriculum.phases ?? [];
  const planned = plan.reduce((sum, phase) => sum + phase.steps, 0);
  const part = trained !== undefined && trained.length < plan.length;
  const by =
    trained === undefined
      ? ""
      : `${part ? ` of the ${planned.toLocaleString("en-US")} of the plan` : ""} in ${trained.length} of ${plan.length} phases (${trained.map(({ name }) => name).join(", ")})`;
  context.note(`${symbols}, ${tape.bars} ${tape.timeframe} bars, ${range}`);
  context.note(
    `${config.model.encoder} encoder, ${config.model.actionSpace}, ${steps.toLocaleString("en-US")} steps${by}, seed ${run.seed}; run ${run.folder}`,
  );
}
