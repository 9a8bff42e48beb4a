/**
 * @file The demonstration behind the page: a venue on this machine, a model that trades on it with paper money, and, where there
 * is none yet, the training that makes it. Everything runs as jobs and sessions do anyway.
 */
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import {
  type AppContext,
  type Config,
  configOf,
  dataRoot,
  listModels,
  reportsFolder,
  type ServedVenue,
  serveVenue,
  stateFolder,
  type WorkOrder,
} from "../app/index.ts";
import { ensureFolder, SECOND_MS } from "../core/index.ts";
import { listResults } from "../evaluate/index.ts";
import { storedKeys } from "../market/index.ts";
import type { ServedDashboard } from "./server.ts";

/** Minutes of market time in a minute: a 5-minute bar takes five seconds. */
const SPEED = 60;
const MODEL = "demo";
const QUICK_STEPS = 200_000;
/** Of a trial of its search, and of the training that goes on while somebody looks. */
const SEARCH_STEPS = 20_000;
const LONG_STEPS = 1_000_000;
const LOOK_MS = SECOND_MS;
/** So long a market that the training holds the weeks which drift is calibrated on. */
const MARKET = { "data.venue": "synthetic", "data.synthetic_bars": 30_000 } as const;
const LONGEST_STOP_MS = 15 * SECOND_MS;

export type LiveDemo = {
  readonly venue: ServedVenue;
  /** Resolves when the model trades, or with why it does not. */
  readonly ready: Promise<string>;
  close(): Promise<void>;
};

export type DemoOptions = {
  /** "name/version"; the newest named demo where absent. */
  readonly model?: string;
  /** The market's configuration: the model has learned on it. */
  readonly market?: Config;
};

/** The made-up market, whatever else is configured. */
function madeUp(config: Config): Config {
  const { data } = config.resolved;
  return configOf(
    { ...config.resolved, data: { ...data, venue: "synthetic", synthetic_bars: MARKET["data.synthetic_bars"] } },
    config.folder,
  );
}

function newestDemo(config: Config): string | undefined {
  const found = listModels(config)
    .models.filter(({ name }) => name === MODEL)
    .sort((a, b) => b.manifest.createdMs - a.manifest.createdMs)
    .at(0);
  return found === undefined ? undefined : `${found.name}/${found.version}`;
}

/** A session of an earlier demonstration lives in another time of the market: it is put aside, not deleted. */
function putAside(config: Config, model: string, nowMs: number): void {
  const name = model.replaceAll("/", "-");
  const folder = join(stateFolder(config), "paper", name);
  if (!existsSync(folder)) return;
  const aside = join(stateFolder(config), "earlier");
  ensureFolder(aside);
  renameSync(folder, join(aside, `${name}-${nowMs}`));
}

/**
 * What goes on beside the session, so that every screen has something of its own: what was judged, a search, a training.
 * @param name of the walk-forward, which no other may have
 */
export function demoWork(
  model: string,
  name: string,
  seed: number,
): ReadonlyArray<{ readonly order: WorkOrder; readonly more: readonly string[] }> {
  const settings = MARKET;
  const learned = { ...settings, "model.encoder": "mlp", "model.window": 4 } as const;
  const seeded = ["--seed", String(seed)];
  const walk = ["--windows", "4", "--parallel", "1", "--name", name];
  return [
    { order: { kind: "fetch", settings }, more: ["--set", `seed=${seed}`] },
    { order: { kind: "backtest", model, settings }, more: [] },
    { order: { kind: "drift", model, settings }, more: [] },
    { order: { kind: "walkforward", model, settings }, more: [...seeded, ...walk] },
    { order: { kind: "stress", model, settings }, more: [...seeded, "--parallel", "1", "--noise", "4"] },
    {
      order: { kind: "tune", settings: { ...learned, "search.trials": 8, "training.total_steps": SEARCH_STEPS } },
      more: seeded,
    },
    {
      order: { kind: "train", settings: { ...learned, "model.name": "next", "training.total_steps": LONG_STEPS } },
      more: seeded,
    },
  ];
}

/** Starts venue and session. The caller closes it before the server. */
export async function startDemo(
  context: AppContext,
  served: ServedDashboard,
  options: DemoOptions = {},
): Promise<LiveDemo> {
  const own = options.market ?? madeUp(context.config());
  const market: Config = { ...own, venue: { ...own.venue, port: 0, speed: SPEED, start: undefined } };
  const { jobs } = served;
  // One seed makes one market: that of the training and that of the venue.
  const seed = own.seed ?? 1;
  const venue = await serveVenue({ ...context, config: () => market, seed: () => seed }, (line) =>
    context.detail(line),
  );
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, context.signal]);
  const started: string[] = [];

  const over = async (id: string): Promise<string> => {
    for (;;) {
      const { state } = jobs.get(id);
      if (state !== "running" && state !== "stopping") return state;
      await context.clock.sleep(LOOK_MS, signal);
    }
  };

  const begin = async (): Promise<string> => {
    let model = options.model ?? newestDemo(market);
    if (model === undefined) {
      const settings = {
        "model.name": MODEL,
        "model.encoder": "mlp",
        "model.window": 4,
        "training.total_steps": QUICK_STEPS,
        ...MARKET,
      };
      const training = jobs.start({ kind: "train", settings }, MODEL, ["--seed", String(seed)]);
      started.push(training.id);
      context.note("A model learns first; the page shows how (Runs).");
      const state = await over(training.id);
      model = newestDemo(market);
      if (model === undefined) return `its training ended as ${state}: see its log among the jobs`;
    }
    putAside(market, model, context.clock.nowMs());
    const paper = jobs.start({ kind: "paper", model, settings: {} }, MODEL, ["--set", `trade.host=${venue.venue.url}`]);
    started.push(paper.id);
    if (options.model === undefined)
      void liven(model).catch((thrown: unknown) => {
        if (!signal.aborted) context.warn(`The demonstration shows no more work: ${String(thrown)}`);
      });
    return `${model} trades with paper money on the local venue`;
  };
  /** One after the other: each of it takes a processor. */
  const liven = async (model: string): Promise<void> => {
    const judged = listResults(reportsFolder(market)).results.map(({ kind }) => kind);
    // A store that holds something is somebody's own.
    const isBare = storedKeys(dataRoot(market)).length === 0;
    const name = `${MODEL}-${context.clock.nowMs()}`;
    for (const { order, more } of demoWork(model, name, seed)) {
      if ((order.kind === "fetch" && !isBare) || judged.some((kind) => kind === order.kind)) continue;
      const job = jobs.start(order, MODEL, more);
      started.push(job.id);
      await over(job.id);
    }
  };
  const ready = begin().catch((thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)));

  return {
    venue,
    ready,
    async close() {
      ended.abort();
      for (const id of started) jobs.stop(id);
      const untilMs = context.clock.elapsedMs() + LONGEST_STOP_MS;
      while (started.some((id) => jobs.get(id).endedMs === null) && context.clock.elapsedMs() < untilMs)
        await context.clock.sleep(100);
      await venue.venue.close();
    },
  };
}
