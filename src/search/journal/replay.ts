/**
 * @file The state that a journal's lines add up to. The rules are those of Optuna's own replay, so that both tools see
 * the same studies: a second study of a name is ignored, a finished trial never changes, of two processes that start a
 * waiting trial the first in the file wins, and a parameter whose distribution clashes with an earlier trial is dropped.
 */
import { InvariantError, invariant } from "../../core/index.ts";
import { type Dimension, type ParamValue, toExternal } from "../space.ts";
import {
  type Attributes,
  DirectionCode,
  isFinished,
  type Json,
  type StudyDirection,
  type Trial,
  TrialState,
} from "../trial.ts";
import { parseDistribution } from "./distribution.ts";
import { OpCode } from "./operations.ts";

export type StudyRecord = {
  readonly id: number;
  readonly name: string;
  /** Undefined where the study has several objectives. */
  readonly direction: StudyDirection | undefined;
  readonly userAttributes: Attributes;
  readonly systemAttributes: Attributes;
  readonly trialIds: readonly number[];
};

export type JournalLine = Readonly<Record<string, unknown>>;

function readNumber(line: JournalLine, key: string): number {
  const value = line[key];
  invariant(typeof value === "number", `"${key}" is a number, was ${JSON.stringify(value)}`);
  return value;
}

function readText(line: JournalLine, key: string): string {
  const value = line[key];
  invariant(typeof value === "string", `"${key}" is a text, was ${JSON.stringify(value)}`);
  return value;
}

function readObject(line: JournalLine, key: string): Readonly<Record<string, unknown>> {
  const value = line[key] ?? {};
  invariant(typeof value === "object" && !Array.isArray(value), `"${key}" is an object, was ${JSON.stringify(value)}`);
  return value as Readonly<Record<string, unknown>>;
}

function readDate(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const tsMs = Date.parse(value);
  invariant(!Number.isNaN(tsMs), `a date can be read, was "${value}"`);
  return tsMs;
}

function readState(line: JournalLine): TrialState {
  const state = line.state ?? TrialState.running;
  const known = Object.values(TrialState).find((value) => value === state);
  invariant(known !== undefined, `a trial's state is known, was ${JSON.stringify(state)}`);
  return known;
}

/** The one objective value of a line, or undefined. */
function readValue(line: JournalLine): number | undefined {
  const value = Array.isArray(line.values) && line.values.length === 1 ? (line.values[0] as unknown) : line.value;
  return typeof value === "number" ? value : undefined;
}

function clash(a: Dimension, b: Dimension): boolean {
  if (a.kind === "categorical" || b.kind === "categorical") {
    return a.kind !== b.kind || JSON.stringify(a) !== JSON.stringify(b);
  }
  return a.kind !== b.kind || a.log !== b.log;
}

export class JournalState {
  readonly #studies = new Map<number, StudyRecord>();
  readonly #trials: Trial[] = [];
  readonly #studyOfTrial: number[] = [];
  readonly #dimensions = new Map<string, Dimension>();
  #nextStudyId = 0;

  study(name: string): StudyRecord | undefined {
    return this.studies().find((study) => study.name === name);
  }

  studies(): readonly StudyRecord[] {
    return [...this.#studies.values()];
  }

  /** The id of the next study. */
  get studiesCreated(): number {
    return this.#nextStudyId;
  }

  trial(id: number): Trial | undefined {
    return this.#trials[id];
  }

  /** The study's trials in the order of their numbers. */
  trialsOf(study: StudyRecord): readonly Trial[] {
    return study.trialIds.map((id) => this.#trials[id]);
  }

  /** Applies one line. Throws InvariantError where it is no operation. */
  apply(line: JournalLine): void {
    switch (line.op_code) {
      case OpCode.createStudy:
        this.#createStudy(line);
        return;
      case OpCode.deleteStudy:
        this.#studies.delete(readNumber(line, "study_id"));
        return;
      case OpCode.studyUserAttribute:
        this.#changeStudy(line, (study) => ({
          userAttributes: { ...study.userAttributes, ...(readObject(line, "user_attr") as Attributes) },
        }));
        return;
      case OpCode.studySystemAttribute:
        this.#changeStudy(line, (study) => ({
          systemAttributes: { ...study.systemAttributes, ...(readObject(line, "system_attr") as Attributes) },
        }));
        return;
      case OpCode.createTrial:
        this.#createTrial(line);
        return;
      case OpCode.trialParam:
        this.#setParam(line);
        return;
      case OpCode.trialState:
        this.#setState(line);
        return;
      case OpCode.trialIntermediate:
        this.#changeTrial(line, (trial) => ({
          intermediate: new Map(trial.intermediate).set(
            readNumber(line, "step"),
            readNumber(line, "intermediate_value"),
          ),
        }));
        return;
      case OpCode.trialUserAttribute:
        this.#changeTrial(line, (trial) => ({
          userAttributes: { ...trial.userAttributes, ...(readObject(line, "user_attr") as Attributes) },
        }));
        return;
      case OpCode.trialSystemAttribute:
        this.#changeTrial(line, (trial) => ({
          systemAttributes: { ...trial.systemAttributes, ...(readObject(line, "system_attr") as Attributes) },
        }));
        return;
      case OpCode.discardTrials:
        return;
      default:
        throw new InvariantError(`a line's op_code is known, was ${JSON.stringify(line.op_code)}`);
    }
  }

  #createStudy(line: JournalLine): void {
    const name = readText(line, "study_name");
    if (this.study(name) !== undefined) return;
    const id = this.#nextStudyId++;
    const directions = line.directions as unknown[];
    invariant(Array.isArray(directions), `a study has directions, was ${JSON.stringify(directions)}`);
    const direction =
      directions.length !== 1
        ? undefined
        : directions[0] === DirectionCode.maximize
          ? ("maximize" as const)
          : ("minimize" as const);
    this.#studies.set(id, { id, name, direction, userAttributes: {}, systemAttributes: {}, trialIds: [] });
  }

  #changeStudy(line: JournalLine, change: (study: StudyRecord) => Partial<StudyRecord>): void {
    const study = this.#studies.get(readNumber(line, "study_id"));
    if (study !== undefined) this.#studies.set(study.id, { ...study, ...change(study) });
  }

  #createTrial(line: JournalLine): void {
    const study = this.#studies.get(readNumber(line, "study_id"));
    if (study === undefined) return;
    const id = this.#trials.length;
    const dimensions = Object.fromEntries(
      Object.entries(readObject(line, "distributions")).map(([name, text]) => [name, this.#dimension(String(text))]),
    );
    const params = Object.entries(readObject(line, "params")).map(([name, internal]): [string, ParamValue] => [
      name,
      toExternal(dimensions[name], internal as number),
    ]);
    const intermediate = Object.entries(readObject(line, "intermediate_values"));
    this.#trials.push({
      id,
      number: study.trialIds.length,
      state: readState(line),
      params: Object.fromEntries(params),
      dimensions,
      value: readValue(line),
      intermediate: new Map(intermediate.map(([step, value]) => [Number(step), value as number])),
      userAttributes: readObject(line, "user_attrs") as Readonly<Record<string, Json>>,
      systemAttributes: readObject(line, "system_attrs") as Readonly<Record<string, Json>>,
      startedMs: readDate(line.datetime_start),
      finishedMs: readDate(line.datetime_complete),
    });
    this.#studyOfTrial.push(study.id);
    this.#studies.set(study.id, { ...study, trialIds: [...study.trialIds, id] });
  }

  #setParam(line: JournalLine): void {
    const name = readText(line, "param_name");
    const dimension = this.#dimension(readText(line, "distribution"));
    const study = this.#studies.get(this.#studyOfTrial[readNumber(line, "trial_id")]);
    const earlier = study?.trialIds.find((id) => this.#trials[id].dimensions[name] !== undefined);
    if (earlier !== undefined && clash(this.#trials[earlier].dimensions[name], dimension)) return;
    const value = toExternal(dimension, readNumber(line, "param_value_internal"));
    this.#changeTrial(line, (trial) => ({
      params: { ...trial.params, [name]: value },
      dimensions: { ...trial.dimensions, [name]: dimension },
    }));
  }

  #setState(line: JournalLine): void {
    const state = readState(line);
    this.#changeTrial(line, (trial) => {
      if (state === TrialState.running && trial.state === TrialState.running) return {};
      const value = readValue(line);
      return {
        state,
        ...(value === undefined ? {} : { value }),
        ...(state === TrialState.running ? { startedMs: readDate(line.datetime_start) } : {}),
        ...(isFinished(state) ? { finishedMs: readDate(line.datetime_complete) } : {}),
      };
    });
  }

  /** Finished trials stay as they are. */
  #changeTrial(line: JournalLine, change: (trial: Trial) => Partial<Trial>): void {
    const trial = this.#trials[readNumber(line, "trial_id")];
    if (trial === undefined || isFinished(trial.state)) return;
    this.#trials[trial.id] = { ...trial, ...change(trial) };
  }

  #dimension(text: string): Dimension {
    let dimension = this.#dimensions.get(text);
    if (dimension === undefined) {
      dimension = parseDistribution(text);
      this.#dimensions.set(text, dimension);
    }
    return dimension;
  }
}
