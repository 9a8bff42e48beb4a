/**
 * @file Weekly looks at the drift of a session's models, and what follows: half the size, a retraining, nothing opened any
 * more. Each look is a process of its own beside the session; one that fails is told and changes nothing.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import { type Clock, formatDay, readTextIfPresent, toError, writeFileAtomic } from "../../core/index.ts";
import { DRIFT_ACTIONS, type DriftAction } from "../../promotion/index.ts";
import type { Entry } from "../../trade/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { type BesideEnd, type BesideOptions, Besides, lastMonday } from "./beside.ts";

/** A strategy of the session and the model that decides for it. */
export type DriftSubject = { readonly strategy: string /** "name/version" */; readonly model: string };

export type DriftScheduleOptions = BesideOptions & {
  readonly subjects: readonly DriftSubject[];
  /** The market's time. */
  readonly clock: Clock;
  /**
   * Resolves to whether the answer is written where it lasts. What is not is carried out again by the session's next process:
   * an answer that stands already changes nothing.
   */
  readonly carryOut: (subject: DriftSubject, action: DriftAction, reason: string) => Promise<boolean>;
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
  readonly #besides: Besides;
  #answers: Promise<void> = Promise.resolve();

  constructor(context: AppContext, config: Config, options: DriftScheduleOptions) {
    this.#context = context;
    this.#config = config;
    this.#options = options;
    this.#besides = new Besides(context, config, options);
  }

  /** Begins what is due: one look after each Monday, 00:00 UTC, also over restarts. Never throws. */
  look(): void {
    if (driftLooksOf(this.#config) === "off") return;
    const mondayMs = lastMonday(this.#options.clock.nowMs());
    for (const subject of this.#options.subjects) {
      if (!this.#besides.isFree(subject.strategy, mondayMs)) continue;
      try {
        this.#begin(subject, mondayMs);
      } catch (thrown) {
        this.#context.warn(`The drift of ${subject.model} is not looked at: ${toError(thrown).message}`);
      }
    }
  }

  /** Resolves when what runs has ended by itself, and what was found is answered. */
  async ended(): Promise<void> {
    await this.#besides.ended();
    await this.#answers;
  }

  /** Asks what runs to end, and waits for it. */
  async close(): Promise<void> {
    await this.#besides.close();
    await this.#answers;
  }

  #begin(subject: DriftSubject, mondayMs: number): void {
    const { strategy, model } = subject;
    const name = `drift-${model.replaceAll("/", "-")}-${formatDay(mondayMs)}`;
    const path = this.#besides.path(name);
    // Found before a restart; whether it was answered too is another question.
    const found = foundIn(`${path}.json`);
    if (found !== undefined) {
      this.#besides.pass(strategy, mondayMs);
      this.#answers = this.#answers.then(() => this.#answer(subject, path, found));
      return;
    }
    this.#besides.begin({
      key: strategy,
      mondayMs,
      name,
      line: ["drift", "--model", model],
      told: (end, of) => this.#tell(subject, of, end),
    });
  }

  async #tell(subject: DriftSubject, path: string, end: BesideEnd): Promise<void> {
    const found = end === 0 || end === ASKS ? foundIn(`${path}.json`) : undefined;
    if (found !== undefined) return this.#answer(subject, path, found);
    const how = end instanceof Error ? end.message : `exit ${end ?? "by a signal"}`;
    this.#context.warn(`The drift of ${subject.model} was not looked at (${how}): ${path}.log`);
  }

  /** The mark that it was answered comes behind the answer: who dies in between answers once more. */
  async #answer(subject: DriftSubject, path: string, { action, headline }: Found): Promise<void> {
    const { warn, note } = this.#context;
    const mark = `${path}.answered`;
    if (action === "none" || this.#besides.closed || existsSync(mark)) return;
    const reason = `drift of ${subject.model}: ${headline}`;
    note(reason);
    try {
      if (await this.#options.carryOut(subject, action, reason)) writeFileAtomic(mark, `${action}\n`);
    } catch (thrown) {
      warn(`What the drift of ${subject.model} asks for is not written down: ${toError(thrown).message}`);
    }
  }
}

const foundSchema = z.object({ action: z.enum(DRIFT_ACTIONS), headline: z.string() });

type Found = z.infer<typeof foundSchema>;

/** Undefined where there is none, or one that was cut off. */
function foundIn(path: string): Found | undefined {
  try {
    return foundSchema.parse(JSON.parse(readTextIfPresent(path) ?? ""));
  } catch {
    return undefined;
  }
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
