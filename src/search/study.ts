/**
 * @file A study: a folder with an Optuna journal (`study.log`) and the returns of its trials (`returns/<number>.f64`).
 * The journal is only appended to, several processes may work on it, and Optuna and its dashboard open it as it is.
 */
import { basename, join, resolve } from "node:path";
import { type Clock, checkWhole, freshId, systemClock, TidemarkError } from "../core/index.ts";
import type { Objective, ObjectiveModule } from "./executors/objective.ts";
import { type ParameterImportance, rankImportance } from "./importance.ts";
import { Journal } from "./journal/journal.ts";
import { createStudyOp, studyUserOp } from "./journal/operations.ts";
import type { StudyRecord } from "./journal/replay.ts";
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

/** The settings of a study that exists; undefined where there is none, or where another tool began it. */
function storedSettings(
  record: StudyRecord | undefined,
  asked: Partial<StudyDefinition>,
  folder: string,
): StoredSettings | undefined {
  if (record === undefined) return undefined;
  if (record.direction === undefined) {
    throw new TidemarkError("STUDY_MISMATCH", {
      what: `The study "${record.name}" has several objectives`,
      where: folder,
      fix: "Name a study with one objective.",
    });
  }
  const stored = parseSettings(record.userAttributes[SETTINGS_ATTRIBUTE], record.direction);
  if (stored !== undefined) checkSame(stored.settings, asked, folder);
  return stored;
}

/** Begins a study, or gives one that another tool began our settings. Of two processes the first in the file wins. */
function beginStudy(
  journal: Journal,
  name: string,
  definition: Partial<StudyDefinition>,
  fresh: StudySettings,
): Promise<StoredSettings> {
  return journal.transact((state) => {
    const record = state.study(name);
    const stored = storedSettings(record, definition, journal.path);
    if (stored !== undefined) return { operations: [], result: stored };
    if (record?.direction !== undefined) checkSame({ ...fresh, direction: record.direction }, definition, journal.path);
    const result = { id: `${freshId()}${freshId()}`, settings: fresh };
    const studyId = record?.id ?? state.studiesCreated;
    const settings = studyUserOp(studyId, SETTINGS_ATTRIBUTE, settingsJson(result.id, fresh));
    return { operations: record === undefined ? [createStudyOp(name, fresh.direction), settings] : [settings], result };
  });
}

async function open(path: string, options: Partial<StudyOptions>, mustBeNew: boolean): Promise<Study> {
  const folder = resolve(path);
  const [definition, runtime] = splitOptions(options);
  const { space, direction } = definition;
  const fresh =
    space === undefined || direction === undefined ? undefined : checkDefinition({ ...definition, space, direction });
  const journal = openJournal(folder, runtime);
  const found = journal.state.studies();
  const name = runtime.name ?? (found.length === 1 ? found[0].name : basename(folder));
  const record = journal.state.study(name);
  if (mustBeNew && record !== undefined) {
    throw new TidemarkError("STUDY_MISMATCH", {
      what: `The folder already holds the study "${name}"`,
      where: folder,
      fix: "Go on with that study, or choose another folder.",
    });
  }
  const stored = storedSettings(record, definition, folder);
  if (stored !== undefined) return new Study(folder, name, stored, journal, runtime);
  if (fresh === undefined) {
    throw new TidemarkError("STUDY_MISSING", {
      what: "There is no study in this folder",
      where: folder,
      fix: "Name the folder of a study, or give a space and a direction to begin one.",
    });
  }
  return new Study(folder, name, await beginStudy(journal, name, definition, fresh), journal, runtime);
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
