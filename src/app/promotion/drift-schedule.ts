/**
 * @file Weekly looks at the drift of a session's models, and what follows: half the size, a retraining, nothing opened any
 * more. Each look is a process of its own beside the session; one that fails is told and changes nothing.
 */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { type Clock, formatDay, readTextIfPresent, toError } from "../../core/index.ts";
import { DRIFT_ACTIONS, type DriftAction } from "../../promotion/index.ts";
import type { Entry } from "../../trade/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { type Beside, lastMonday, startBeside } from "./beside.ts";

/** A strategy of the session and the model that decides for it. */
export type DriftSubject = { readonly strategy: string /** "name/version" */; readonly model: string };

export type DriftScheduleOptions = {
  readonly subjects: readonly DriftSubject[];
  /** The market's time. */
  readonly clock: Clock;
  /** The script that runs a command line. */
  readonly launcher: string;
  /** Of the session: where what was found is kept. */
  readonly folder: string;
  /** Of its processes; the lowest where absent. */
  readonly priority?: number;
  readonly carryOut: (subject: DriftSubject, action: DriftAction, reason: string) => void;
};

/** How often the drift of a session's models is looked at: by the configuration. */
export function driftLooksOf({ promotion }: Config): "off" | "weekly" {
  return promotion.drift;
}

/** Exit of a look that asks for more than a note. */
const ASKS = 5;

export class DriftSchedule {
  readonly #context: AppContext;
  readonly #config: Config;
  readonly #options: DriftScheduleOptions;
  /** The last Monday that was tried, by strategy. */
  readonly #tried = new Map<string, number>();
  readonly #running = new Map<string, { readonly child: ChildProcess; readonly ended: Promise<void> }>();

  constructor(context: AppContext, config: Config, options: DriftScheduleOptions) {
    this.#context = context;
    this.#config = config;
    this.#options = options;
  }

  /** Begins what is due: one look after each Monday, 00:00 UTC, also over restarts. Never throws. */
  look(): void {
    if (driftLooksOf(this.#config) === "off") return;
    const mondayMs = lastMonday(this.#options.clock.nowMs());
    for (const subject of this.#options.subjects) {
      const { strategy, model } = subject;
      if (this.#tried.get(strategy) === mondayMs) continue;
      this.#tried.set(strategy, mondayMs);
      try {
        this.#begin(subject, mondayMs);
      } catch (thrown) {
        this.#context.warn(`The drift of ${model} is not looked at: ${toError(thrown).message}`);
      }
    }
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

  #begin(subject: DriftSubject, mondayMs: number): void {
    const { strategy, model } = subject;
    const { launcher, folder, priority } = this.#options;
    const path = join(folder, `drift-${model.replaceAll("/", "-")}-${formatDay(mondayMs)}`);
    // What was found before a restart has been answered.
    if (foundIn(`${path}.json`) !== undefined) return;
    const { child, ended } = startBeside(this.#context, this.#config, {
      launcher,
      path,
      line: driftLine(model, this.#config),
      ...(priority === undefined ? {} : { priority }),
    });
    this.#running.set(strategy, { child, ended: this.#tell(subject, path, ended) });
  }

  async #tell(subject: DriftSubject, path: string, ended: Beside["ended"]): Promise<void> {
    const { warn, note } = this.#context;
    const end = await ended;
    this.#running.delete(subject.strategy);
    const found = end === 0 || end === ASKS ? foundIn(`${path}.json`) : undefined;
    if (found === undefined) {
      const how = end instanceof Error ? end.message : `exit ${end ?? "by a signal"}`;
      warn(`The drift of ${subject.model} was not looked at (${how}): ${path}.log`);
      return;
    }
    if (found.action === "none") return;
    const reason = `drift of ${subject.model}: ${found.headline}`;
    note(reason);
    this.#options.carryOut(subject, found.action, reason);
  }
}

const foundSchema = z.object({ action: z.enum(DRIFT_ACTIONS), headline: z.string() });

/** Undefined where there is none, or one that was cut off. */
function foundIn(path: string): z.infer<typeof foundSchema> | undefined {
  try {
    return foundSchema.parse(JSON.parse(readTextIfPresent(path) ?? ""));
  } catch {
    return undefined;
  }
}

/** The command line of a look under the session's own configuration. */
function driftLine(model: string, config: Config): string[] {
  const isMade = config.data.venue === "synthetic" || config.data.venue === "csv";
  return [
    "drift",
    "--model",
    model,
    ...(isMade ? [] : ["--fetch"]),
    "--json",
    "--host",
    config.trade.host,
    "--models-dir",
    modelsFolder(config),
    ...(config.file === undefined ? [] : ["--config", config.file]),
  ];
}

/** Share of the size that a strategy keeps whose model says something else than it used to. */
const HALF = 0.5;

/**
 * What a session does that no registry watches: sizes are halved once, and stay so until somebody says otherwise; in the end
 * nothing is opened any more.
 * @param factor of the strategy's sizes as it stands
 */
export function driftEntry(
  strategy: string,
  action: DriftAction,
  reason: string,
  factor: number,
): Extract<Entry, { kind: "command" | "scale" }> | undefined {
  if (action === "none" || action === "note") return undefined;
  if (action === "close-only") return { kind: "command", command: "close-only", by: "engine", from: "drift", reason };
  return factor > HALF ? { kind: "scale", strategy, factor: HALF, reason } : undefined;
}
