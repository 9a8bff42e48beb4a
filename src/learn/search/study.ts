/**
 * @file A study: a folder with an Optuna journal (`study.log`) and the returns of its trials (`returns/<number>.f64`).
 * The journal is only appended to, several processes may work on it, and Optuna and its dashboard open it as it is.
 */
import { basename, join, resolve } from "node:path";
import { type Clock, checkWhole, freshId, systemClock, TidemarkError } from "../../core/index.ts";
import type { Objective, ObjectiveModule } from "./executors/objective.ts";
import { type ParameterImportance, rankImportance } from "./importance.ts";
import { Journal } from "./journal/journal.ts";
import { createStudyOp, studyUserOp } from "./journal/operations.ts";
import { type OptimizeOptions, type OptimizeSummary, optimize } from "./optimize.ts";
import { newOwner } from "./owner.ts";
import { createPruner } from "./pruners/create.ts";
import { readReturns } from "./returns.ts";
import { createSampler } from "./samplers/create.ts";
import {
  checkDefinition,
  checkSame,
  parseSettings,
  SETTINGS_ATTRIBUTE,
  type StoredSettings,
  type StudyDefinition,
  type StudySettings,
  settingsJson,
} from "./settings.ts";
import { checkSpace, type Params } from "./space.ts";
import { bestTrial, type Trial } from "./trial.ts";
import { TrialBook } from "./trial-book.ts";

/** How a process works on a study; nothing here is stored. */
export type StudyRuntime = {
  /** The name in the journal; that of the folder where absent. */
  readonly name?: string;
  readonly clock?: Clock;
  /** Interval of the sign of life; 15 s where absent. */
  readonly heartbeatMs?: number;
  /** Silence after which the trials of a process count as lost; 60 s where absent. */
  readonly graceMs?: number;
  /** Tries of a lost trial's parameters after the first; 3 where absent. */
  readonly maxRetries?: number;
  /** Silence after which the journal's lock is taken over; 30 s where absent, as in Optuna. */
  readonly lockGraceMs?: number;
};

export type StudyOptions = StudyDefinition & StudyRuntime;

const JOURNAL_FILE = "study.log";

export class Study {
  /** The study's folder. */
  readonly path: string;
  /** Unique, also among studies of the same name. */
  readonly id: string;
  readonly name: string;
  readonly settings: StudySettings;
  readonly #book: TrialBook;
  readonly #clock: Clock;
  readonly #heartbeatMs: number;

  /** Use `createStudy` or `openStudy`. */
  constructor(path: string, name: string, stored: StoredSettings, journal: Journal, runtime: StudyRuntime) {
    const { clock = systemClock, heartbeatMs = 15_000, graceMs = 60_000, maxRetries = 3 } = runtime;
    checkWhole("heartbeatMs", heartbeatMs, 10, 3_600_000);
    checkWhole("graceMs", graceMs, 2 * heartbeatMs, 86_400_000);
    checkWhole("maxRetries", maxRetries, 0, 1_000);
    this.path = path;
    this.name = name;
    this.id = stored.id;
    this.settings = stored.settings;
    this.#clock = clock;
    this.#heartbeatMs = heartbeatMs;
    const { space, direction, sampler, pruner, seed } = stored.settings;
    this.#book = new TrialBook(journal, {
      study: name,
      direction,
      space: checkSpace(space),
      sampler: createSampler(sampler),
      pruner: createPruner(pruner),
      seed,
      clock,
      graceMs,
      maxRetries,
    });
  }

  /** Runs trials until the study has the wanted number. See OptimizeOptions. */
  async optimize(objective: Objective | ObjectiveModule, options: OptimizeOptions): Promise<OptimizeSummary> {
    const loop = { studyId: this.id, clock: this.#clock, heartbeatMs: this.#heartbeatMs };
    return optimize(this.#book, loop, objective, options);
  }

  /** Queues parameters that are to be tried next, such as known good ones. Returns the trial's number. Throws CONFIG_VALUE. */
  async enqueue(params: Params): Promise<number> {
    return this.#book.enqueue(params);
  }

  /** All trials in the order of their numbers, as they stand in the file now. */
  trials(): readonly Trial[] {
    this.#book.journal.sync();
    return this.#book.trials();
  }

  /** The complete trial with the best value, or undefined. */
  best(): Trial | undefined {
    return bestTrial(this.settings.direction, this.trials());
  }

  /** The returns that a trial kept, or undefined. Throws STUDY_CORRUPT. */
  returnsOf(trial: Trial): Float64Array | undefined {
    return readReturns(this.path, trial);
  }

  /** How much each parameter alone explains of the order of the results. */
  importance(): readonly ParameterImportance[] {
    return rankImportance(checkSpace(this.settings.space), this.trials());
  }
}

function openJournal(path: string, runtime: StudyRuntime): Journal {
  const { clock = systemClock, lockGraceMs = 30_000 } = runtime;
  checkWhole("lockGraceMs", lockGraceMs, 1, 3_600_000);
  const patienceMs = 4 * lockGraceMs;
  return new Journal(join(path, JOURNAL_FILE), newOwner(), { clock, graceMs: lockGraceMs, patienceMs });
}

/** The members that are not undefined. */
function given<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function splitOptions(options: Partial<StudyOptions>): readonly [Partial<StudyDefinition>, StudyRuntime] {
  const { name, clock, heartbeatMs, graceMs, maxRetries, lockGraceMs, ...definition } = options;
  const runtime = { name, clock, heartbeatMs, graceMs, maxRetries, lockGraceMs };
  return [given(definition), given(runtime) as StudyRuntime];
}

function missing(path: string): TidemarkError {
  return new TidemarkError("STUDY_MISSING", {
    what: "There is no study in this folder",
    where: path,
    fix: "Name the folder of a study, or give a space and a direction to begin one.",
  });
}

async function open(path: string, options: Partial<StudyOptions>, mustBeNew: boolean): Promise<Study> {
  const folder = resolve(path);
  const [definition, runtime] = splitOptions(options);
  const begin = definition.space !== undefined && definition.direction !== undefined;
  const fresh = begin ? checkDefinition(definition as StudyDefinition) : undefined;
  const journal = openJournal(folder, runtime);
  const found = journal.state.studies();
  if (fresh === undefined && found.length === 0) throw missing(folder);
  const name = runtime.name ?? (found.length === 1 ? found[0].name : basename(folder));
  const stored = await journal.transact((state) => {
    const record = state.study(name);
    if (record === undefined) {
      if (fresh === undefined) throw missing(folder);
      const id = `${freshId()}${freshId()}`;
      const studyId = state.studiesCreated;
      const operations = [
        createStudyOp(name, fresh.direction),
        studyUserOp(studyId, SETTINGS_ATTRIBUTE, settingsJson(id, fresh)),
      ];
      return { operations, result: { id, settings: fresh } };
    }
    if (mustBeNew) {
      throw new TidemarkError("STUDY_MISMATCH", {
        what: `The folder already holds the study "${name}"`,
        where: folder,
        fix: "Go on with that study, or choose another folder.",
      });
    }
    if (record.direction === undefined) {
      throw new TidemarkError("STUDY_MISMATCH", {
        what: `The study "${name}" has several objectives`,
        where: folder,
        fix: "Name a study with one objective.",
      });
    }
    const known = parseSettings(record.userAttributes[SETTINGS_ATTRIBUTE], record.direction);
    if (known !== undefined) {
      checkSame(known.settings, definition, folder);
      return { operations: [], result: known };
    }
    // Another tool began it; from now on it has our settings too.
    if (fresh === undefined) throw missing(folder);
    checkSame({ ...fresh, direction: record.direction }, definition, folder);
    const id = `${freshId()}${freshId()}`;
    const settings = studyUserOp(record.id, SETTINGS_ATTRIBUTE, settingsJson(id, fresh));
    return { operations: [settings], result: { id, settings: fresh } };
  });
  return new Study(folder, name, stored, journal, runtime);
}

/** Begins a study in a folder. Throws STUDY_MISMATCH where there is one already, CONFIG_VALUE, FILE_UNWRITABLE. */
export async function createStudy(path: string, options: StudyOptions): Promise<Study> {
  return open(path, options, true);
}

/**
 * Opens the study of a folder; begins it where there is none and a space and a direction are given. What is given must be
 * as it was when the study was begun. Throws STUDY_MISSING, STUDY_MISMATCH, STUDY_CORRUPT, STUDY_LOCKED, CONFIG_VALUE.
 */
export async function openStudy(path: string, options: Partial<StudyOptions> = {}): Promise<Study> {
  return open(path, options, false);
}
