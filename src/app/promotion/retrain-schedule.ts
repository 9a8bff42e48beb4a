/**
 * @file Weekly retrainings beside a session. Each runs as a process of its own with the lowest priority, and never in the
 * session's loop; how it ends is told, and whatever it does, the session goes on with what it has.
 */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { type Clock, formatDay, readTextIfPresent, toError } from "../../core/index.ts";
import { Registry, type RegistryEvent, type Standing } from "../../promotion/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { type Beside, lastMonday, startBeside } from "./beside.ts";

export type ScheduleOptions = {
  /** Of the models in the session. */
  readonly names: readonly string[];
  /** The market's time. */
  readonly clock: Clock;
  /** The script that runs a command line. */
  readonly launcher: string;
  /** Of the session: where the output of retrainings is kept. */
  readonly folder: string;
  /** Of its processes; the lowest where absent. */
  readonly priority?: number;
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
  /** The last Monday that was tried, by model. */
  readonly #tried = new Map<string, number>();
  readonly #running = new Map<string, { readonly child: ChildProcess; readonly ended: Promise<void> }>();

  constructor(context: AppContext, config: Config, options: ScheduleOptions) {
    this.#context = context;
    this.#config = config;
    this.#options = options;
  }

  /** Begins what is due. Never throws. */
  look(): void {
    if (retrainingsOf(this.#config) === "off") return;
    for (const name of new Set(this.#options.names)) {
      try {
        this.#lookAt(name);
      } catch (thrown) {
        this.#context.warn(`${name} is not retrained: ${toError(thrown).message}`);
      }
    }
  }

  /** Begins one that is asked for, once after each Monday; where retraining is off it says what to do. */
  now(name: string): void {
    if (retrainingsOf(this.#config) === "off") {
      this.#context.warn(`${name} asks for a retraining: tidemark retrain ${name}`);
      return;
    }
    const mondayMs = lastMonday(this.#options.clock.nowMs());
    if (this.#running.has(name) || this.#tried.get(name) === mondayMs) return;
    this.#tried.set(name, mondayMs);
    this.#begin(name, mondayMs);
  }

  /** Resolves when what runs has ended by itself. */
  async ended(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Asks what runs to end, and waits for it. */
  async close(): Promise<void> {
    for (const { child } of this.#running.values()) child.kill("SIGTERM");
    await this.ended();
  }

  #lookAt(name: string): void {
    if (this.#running.has(name)) return;
    const { clock } = this.#options;
    const { state, events } = new Registry(join(modelsFolder(this.#config), name), clock).read();
    const mondayMs = dueMonday(clock.nowMs(), state.standings(), events);
    if (mondayMs === undefined || this.#tried.get(name) === mondayMs) return;
    this.#tried.set(name, mondayMs);
    this.#begin(name, mondayMs);
  }

  #begin(name: string, mondayMs: number): void {
    const { launcher, folder, priority } = this.#options;
    const context = this.#context;
    const path = join(folder, `retrain-${name}-${formatDay(mondayMs)}`);
    const { child, ended } = startBeside(context, this.#config, {
      launcher,
      path,
      line: retrainLine(name, this.#config),
      ...(priority === undefined ? {} : { priority }),
    });
    context.note(`${name} is retrained in process ${child.pid ?? "unknown"}; the session goes on.`);
    this.#running.set(name, { child, ended: this.#tell(name, path, ended) });
  }

  async #tell(name: string, path: string, ended: Beside["ended"]): Promise<void> {
    const { warn, note } = this.#context;
    const end = await ended;
    this.#running.delete(name);
    if (end instanceof Error) warn(`${name} was not retrained: ${end.message}`);
    else if (end === 0 || end === DROPPED) note(`${name} was retrained: ${answerIn(`${path}.json`)}.`);
    else warn(`${name} was not retrained (exit ${end ?? "by a signal"}), and stays as it is: ${path}.log`);
  }
}

/** The command line of a retraining under the session's own configuration. */
function retrainLine(name: string, config: Config): string[] {
  const isMade = config.data.venue === "synthetic" || config.data.venue === "csv";
  return [
    "retrain",
    name,
    ...(isMade ? [] : ["--fetch"]),
    "--json",
    "--host",
    config.trade.host,
    "--models-dir",
    modelsFolder(config),
    ...(config.file === undefined ? [] : ["--config", config.file]),
  ];
}

function answerIn(path: string): string {
  try {
    const { verdict, version } = JSON.parse(readTextIfPresent(path) ?? "") as {
      verdict: { answer: string };
      version: string | null;
    };
    if (verdict.answer === "replace") return `version ${version} has taken over; start a session of it`;
    return verdict.answer === "shadow" ? `version ${version} begins in shadow` : "the candidate was dropped";
  } catch {
    return "its result can't be read";
  }
}
