/**
 * @file Weekly retrainings beside a session. Each runs as a process of its own with the lowest priority, and never in the
 * session's loop; how it ends is told, and whatever it does, the session goes on with what it has.
 */
import { join } from "node:path";
import { type Clock, formatDay, readTextIfPresent, toError } from "../../core/index.ts";
import { Registry, type RegistryEvent, type Standing } from "../../promotion/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { type BesideEnd, type BesideOptions, Besides, lastMonday } from "./beside.ts";
import type { Retrained } from "./retrain.ts";

export type ScheduleOptions = BesideOptions & {
  /** Of the models in the session. */
  readonly names: readonly string[];
  /** The market's time. */
  readonly clock: Clock;
};

const DROPPED = 5;

/** How often weights are trained anew: by the configuration. */
export function retrainingsOf({ promotion }: Config): "off" | "weekly" {
  return promotion.retrain;
}

/** The Monday, 00:00 UTC, whose retraining is due; undefined where none is. */
export function dueMonday(
  nowMs: number,
  standings: readonly Standing[],
  events: readonly RegistryEvent[],
): number | undefined {
  const mondayMs = lastMonday(nowMs);
  const stands = standings.some(({ stage, sinceMs }) => stage !== "candidate" && sinceMs < mondayMs);
  const done = events.some(({ kind, timeMs }) => kind === "retrain" && timeMs >= mondayMs);
  return stands && !done ? mondayMs : undefined;
}

export class RetrainSchedule {
  readonly #context: AppContext;
  readonly #config: Config;
  readonly #options: ScheduleOptions;
  readonly #besides: Besides;

  constructor(context: AppContext, config: Config, options: ScheduleOptions) {
    this.#context = context;
    this.#config = config;
    this.#options = options;
    this.#besides = new Besides(context, config, options);
  }

  /** Begins what is due. Never throws. */
  look(): void {
    if (retrainingsOf(this.#config) === "off") return;
    for (const name of new Set(this.#options.names)) this.#beginSafely(name, () => this.#due(name));
  }

  /** Begins one that is asked for, once after each Monday; where retraining is off it says what to do. Never throws. */
  now(name: string): void {
    if (retrainingsOf(this.#config) === "off") {
      this.#context.warn(`${name} asks for a retraining: tidemark retrain ${name}`);
      return;
    }
    this.#beginSafely(name, () => lastMonday(this.#options.clock.nowMs()));
  }

  /** Resolves when what runs has ended by itself. */
  ended(): Promise<void> {
    return this.#besides.ended();
  }

  /** Asks what runs to end, and waits for it. */
  close(): Promise<void> {
    return this.#besides.close();
  }

  #due(name: string): number | undefined {
    const { clock } = this.#options;
    // The registry is a file: it is read where its answer matters.
    if (!this.#besides.isFree(name, lastMonday(clock.nowMs()))) return undefined;
    const { state, events } = new Registry(join(modelsFolder(this.#config), name), clock).read();
    return dueMonday(clock.nowMs(), state.standings(), events);
  }

  #beginSafely(name: string, monday: () => number | undefined): void {
    const { warn, note } = this.#context;
    try {
      const mondayMs = monday();
      if (mondayMs === undefined || !this.#besides.isFree(name, mondayMs)) return;
      const { pid } = this.#besides.begin({
        key: name,
        mondayMs,
        name: `retrain-${name}-${formatDay(mondayMs)}`,
        line: ["retrain", name],
        told: (end, path) => this.#tell(name, path, end),
      });
      note(`${name} is retrained in process ${pid ?? "unknown"}; the session goes on.`);
    } catch (thrown) {
      warn(`${name} is not retrained: ${toError(thrown).message}`);
    }
  }

  #tell(name: string, path: string, end: BesideEnd): void {
    const { warn, note } = this.#context;
    if (end instanceof Error) warn(`${name} was not retrained: ${end.message}`);
    else if (end === 0 || end === DROPPED) note(`${name} was retrained: ${answerIn(`${path}.json`)}.`);
    else warn(`${name} was not retrained (exit ${end ?? "by a signal"}), and stays as it is: ${path}.log`);
  }
}

function answerIn(path: string): string {
  try {
    const { verdict, version, stage } = JSON.parse(readTextIfPresent(path) ?? "") as Pick<
      Retrained,
      "verdict" | "version" | "stage"
    >;
    if (verdict.answer === "replace") return `version ${version} has taken over; start a session of it`;
    if (verdict.answer === "drop") return "the candidate was dropped";
    // A shadow is taken up by the session that it runs beside; what is on paper trades in a session of its own.
    const next = stage === "shadow" ? "" : "; start a session of it";
    return `version ${version} begins in ${stage}, because it acts otherwise${next}`;
  } catch {
    return "its result can't be read";
  }
}
