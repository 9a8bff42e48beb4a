/**
 * @file Weekly retrainings beside a session. Each runs as a process of its own with the lowest priority, and never in the
 * session's loop; how it ends is told, and whatever it does, the session goes on with what it has.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { type Clock, DAY_MS, formatDay, readTextIfPresent, toError } from "../../core/index.ts";
import { Registry, type RegistryEvent, type Standing } from "../../promotion/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

export type ScheduleOptions = {
  /** Of the models in the session. */
  readonly names: readonly string[];
  /** The market's time. */
  readonly clock: Clock;
  /** The script that runs a command line. */
  readonly launcher: string;
  /** Of the session: where the output of retrainings is kept. */
  readonly folder: string;
};

const WEEK_MS = 7 * DAY_MS;
/** The first Monday, 00:00 UTC. */
const MONDAY_MS = 4 * DAY_MS;
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
  const mondayMs = Math.floor((nowMs - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
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

  /** Asks what runs to end, and waits for it. */
  async close(): Promise<void> {
    for (const { child } of this.#running.values()) child.kill("SIGTERM");
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
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
    const { launcher, folder } = this.#options;
    const { context, config } = { context: this.#context, config: this.#config };
    const path = join(folder, `retrain-${name}-${formatDay(mondayMs)}`);
    const out = openSync(`${path}.json`, "w", 0o600);
    const log = openSync(`${path}.log`, "w", 0o600);
    const child = spawn(process.execPath, [launcher, ...retrainLine(name, config)], {
      cwd: config.folder,
      env: context.environment,
      stdio: ["ignore", out, log],
    });
    closeSync(out);
    closeSync(log);
    yieldTo(child.pid);
    context.note(`${name} is retrained in process ${child.pid ?? "unknown"}; the session goes on.`);
    const ended = new Promise<void>((resolve) => {
      child.once("error", (error) => {
        context.warn(`${name} was not retrained: ${error.message}`);
        resolve();
      });
      child.once("close", (code) => {
        if (code === 0 || code === DROPPED) context.note(`${name} was retrained: ${answerIn(`${path}.json`)}.`);
        else context.warn(`${name} was not retrained (exit ${code ?? "by a signal"}), and stays as it is: ${path}.log`);
        resolve();
      });
    }).finally(() => this.#running.delete(name));
    this.#running.set(name, { child, ended });
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

/** What decides comes first. A system that does not let priorities be set trains at the same one. */
function yieldTo(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    return;
  }
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
