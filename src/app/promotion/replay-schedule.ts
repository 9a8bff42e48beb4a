/**
 * @file Daily replays beside a session: when a UTC day is over, its decisions are made again from the journal, in a process of its
 * own. The answer stands in the journal, where a canary's tripwire finds it. A replay that fails is told and changes nothing.
 */
import { z } from "zod";
import { type Clock, DAY_MS, formatDay, readTextIfPresent, toError } from "../../core/index.ts";
import type { Entry } from "../../trade/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { stateFolder } from "../trade/settings.ts";
import { type BesideEnd, type BesideOptions, Besides } from "./beside.ts";

type Replayed = Extract<Entry, { kind: "replayed" }>;

export type ReplayScheduleOptions = BesideOptions & {
  /** "mode/name". */
  readonly session: string;
  /** The market's time. */
  readonly clock: Clock;
  readonly deliver: (found: Replayed) => void;
};

/** How often the decisions of a session are made again: by the configuration. */
export function replaysOf({ promotion }: Config): "off" | "daily" {
  return promotion.replay;
}

/** Exit of a replay in which a decision came out otherwise. */
const DIFFERS = 5;

const KEY = "replay";

export class ReplaySchedule {
  readonly #context: AppContext;
  readonly #config: Config;
  readonly #options: ReplayScheduleOptions;
  /** Beginning of the last day that was replayed, or that the session was begun in. */
  #dayMs: number;
  readonly #besides: Besides;

  constructor(context: AppContext, config: Config, options: ReplayScheduleOptions) {
    this.#context = context;
    this.#config = config;
    this.#options = options;
    this.#dayMs = dayOf(options.clock.nowMs());
    this.#besides = new Besides(context, config, options);
  }

  /** Begins the replay of what was decided since the last one, once after each day. Never throws. */
  look(): void {
    const todayMs = dayOf(this.#options.clock.nowMs());
    if (replaysOf(this.#config) === "off" || todayMs <= this.#dayMs) return;
    if (!this.#besides.isFree(KEY, todayMs)) return;
    const sinceMs = this.#dayMs;
    this.#dayMs = todayMs;
    try {
      this.#begin(sinceMs, todayMs);
    } catch (thrown) {
      this.#context.warn(`The decisions since ${formatDay(sinceMs)} are not replayed: ${toError(thrown).message}`);
    }
  }

  /** Resolves when what runs has ended by itself. */
  ended(): Promise<void> {
    return this.#besides.ended();
  }

  /** Asks what runs to end, and waits for it. */
  close(): Promise<void> {
    return this.#besides.close();
  }

  #begin(sinceMs: number, todayMs: number): void {
    const config = this.#config;
    this.#besides.begin({
      key: KEY,
      mondayMs: todayMs,
      name: `replay-${formatDay(sinceMs)}`,
      line: ["replay", this.#options.session, "--since", formatDay(sinceMs), "--json"],
      under: [
        "--state",
        stateFolder(config),
        "--models-dir",
        modelsFolder(config),
        ...(config.file === undefined ? [] : ["--config", config.file]),
      ],
      told: (end, path) => this.#tell(sinceMs, path, end),
    });
  }

  #tell(sinceMs: number, path: string, end: BesideEnd): void {
    const { warn, note } = this.#context;
    // A session that ends takes nothing more into its journal.
    if (this.#besides.closed) return;
    const found = end === 0 || end === DIFFERS ? foundIn(`${path}.json`) : undefined;
    if (found === undefined) {
      const how = end instanceof Error ? end.message : `exit ${end ?? "by a signal"}`;
      warn(`The decisions since ${formatDay(sinceMs)} were not replayed (${how}): ${path}.log`);
      return;
    }
    const { decisions, equal, first } = found;
    const difference =
      first === undefined ? undefined : `record ${first.seq}, ${first.path}: ${first.journal}, again ${first.again}`;
    if (difference === undefined)
      note(`${decisions} decisions since ${formatDay(sinceMs)} came out again as they were.`);
    else
      warn(
        `${decisions - equal} of ${decisions} decisions since ${formatDay(sinceMs)} came out otherwise: ${difference}`,
      );
    this.#options.deliver({
      kind: "replayed",
      sinceMs,
      decisions,
      equal,
      ...(difference === undefined ? {} : { difference }),
    });
  }
}

/** Beginning of a UTC day. */
function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS) * DAY_MS;
}

const foundSchema = z.object({
  decisions: z.number(),
  equal: z.number(),
  first: z.object({ seq: z.number(), path: z.string(), journal: z.string(), again: z.string() }).optional(),
});

/** Undefined where there is none, or one that was cut off. */
function foundIn(path: string): z.infer<typeof foundSchema> | undefined {
  try {
    return foundSchema.parse(JSON.parse(readTextIfPresent(path) ?? ""));
  } catch {
    return undefined;
  }
}
