/** @file An ablation: planned, run seed by seed in processes, judged. Asked again, it goes on where it was stopped. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { DAY_MS, fingerprint, freshId, packageVersion, TidemarkError, writeFileAtomic } from "../../core/index.ts";
import {
  type AblationResult,
  amongGroups,
  type ClockFeature,
  clockFeatures,
  judgeAblation,
  PLANTED_FEATURES,
  type PlantedSource,
  plantSource,
  type VariantRecord,
} from "../../evaluate/index.ts";
import { computeFeatures, selectionSeries } from "../../features/index.ts";
import { type JoinedSeries, type MarketTape, sourceTerms, unpromotable } from "../../market/index.ts";
import { processExecutor } from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import { runsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { withAlternative } from "../data/alternative.ts";
import { readTape } from "../data/market.ts";
import {
  type AblationPlan,
  ablationConfig,
  dividedFeatures,
  learnsPolicy,
  plannedVariants,
  recordsOf,
} from "./plan.ts";
import { ablationModule } from "./worker.ts";

export type AblationOptions = {
  readonly group: string;
  readonly seeds: number;
  readonly placebos: number;
  /** Processes at once; 0 for one a core. */
  readonly parallel: number;
  readonly planted?: PlantedSource;
};

export type Ablated = {
  readonly group: string;
  readonly tape: MarketTape;
  readonly learner: string;
  readonly common: readonly string[];
  readonly added: readonly string[];
  /** Features of the group that no stored series serves. */
  readonly left: readonly string[];
  readonly series: readonly JoinedSeries[];
  readonly result: AblationResult;
  readonly clocks: readonly ClockFeature[];
  /** Why a gain could not promote a model; undefined where nothing stands against it. */
  readonly unpromotable: string | undefined;
  /** Sources whose data may not be used commercially. */
  readonly nonCommercial: readonly string[];
  readonly folder: string;
};

/** Enough to read candles by. */
const PRICES_ONLY = ["return1"];
/** How often a seed is begun whose process died. */
const TRIES = 2;
/** Fewest seeds that say something of a learner that chance has a part in. */
const LEAST_SEEDS = 2;

/** Throws USAGE_ARGUMENT, DATA_MISSING, DATA_TOO_SHORT; rejects with the signal's reason. */
export async function ablate(context: AppContext, config: Config, options: AblationOptions): Promise<Ablated> {
  const [ablated] = await ablateTogether(context, config, [options.group], options);
  return ablated;
}

/** Several groups, one after the other: each of them is a look at the same test, and all of them are counted together. */
export async function ablateTogether(
  context: AppContext,
  config: Config,
  groups: readonly string[],
  options: Omit<AblationOptions, "group">,
): Promise<Ablated[]> {
  // What can't be asked of one of them is told before any is trained.
  const planned: Planned[] = [];
  for (const group of groups) planned.push(await planAblation(context, config, { ...options, group }));
  const records: VariantRecord[][] = [];
  for (const { plan, tape } of planned) {
    writeFileAtomic(join(plan.folder, "plan.json"), `${JSON.stringify(plan, null, 2)}\n`);
    if (groups.length > 1) context.note(`${plan.group}:`);
    await runSeeds(context, plan, tape, options.parallel);
    records.push(plan.seeds.flatMap((seed) => recordsOf(plan, seed)));
  }
  const { horizon } = config.supervised;
  const results = planned.map(({ plan, tape }, i) =>
    judgeAblation({
      records: records[i],
      others: records.flatMap((own, other) => (other === i ? [] : own)),
      blockDays: Math.max(1, (2 * horizon * tape.barMs) / DAY_MS, Math.sqrt(tape.bars * (tape.barMs / DAY_MS)) / 2),
      seed: plan.seed,
    }),
  );
  const counted = amongGroups(results);
  return planned.map((one, i) => ablatedOf(one, counted[i]));
}

function ablatedOf({ plan, tape, left }: Planned, result: AblationResult): Ablated {
  const series = tape.alternative?.series.filter(({ provenance }) => provenance !== "none") ?? [];
  const clocks = clockFeatures(computeFeatures(tape, [...plan.common, ...plan.added]), tape, plan.common.length);
  const sources = [...new Set(series.map(({ source }) => source))];
  return {
    group: plan.group,
    tape,
    learner: plan.config.model.learner,
    common: plan.common,
    added: plan.added,
    left,
    series,
    result,
    clocks,
    unpromotable: plan.planted === null ? unpromotable(series) : undefined,
    nonCommercial: sources.filter((source) => sourceTerms(source).nonCommercial),
    folder: plan.folder,
  };
}

type Planned = { readonly plan: AblationPlan; readonly tape: MarketTape; readonly left: readonly string[] };

/** What is to be trained, and the market for it. Asked the same of the same data, it is the same plan. */
export async function planAblation(context: AppContext, config: Config, options: AblationOptions): Promise<Planned> {
  const { group, planted } = options;
  const candles = await readTape(context, changedConfig(config, { "features.list": PRICES_ONLY }));
  const divided = dividedFeatures(config, candles, planted === undefined ? group : "sentiment");
  const asked = planted === undefined ? divided.added : PLANTED_FEATURES;
  const whole = ablationConfig(config, divided.common, asked);
  if (learnsPolicy(whole)) requireSeries(asked, group);
  const seed = firstSeed(config);
  const joined = (added: readonly string[], to: AppContext): Promise<MarketTape> =>
    planted === undefined
      ? withAlternative(to, whole, [...divided.common, ...added], candles)
      : Promise.resolve(plantSource(candles, { source: planted, horizon: config.supervised.horizon, seed }));
  // What isn't stored is told once, by name of the feature.
  const { added, left } = servedFeatures(await joined(asked, { ...context, warn: () => {} }), asked, group);
  const tape = await joined(added, context);
  const { resolved } = ablationConfig(config, divided.common, added);
  const asks = {
    group,
    common: [...divided.common],
    added: [...added],
    seeds: seedsOf(context, options, whole),
    placebos: options.placebos,
    planted: planted ?? null,
    seed,
    dataFingerprint: tape.fingerprint,
    config: {
      ...resolved,
      data: { ...resolved.data, timeframe: tape.timeframe, venue: tape.instruments[0].venue },
    },
  };
  const key = fingerprint({ ...asks, codeVersion: packageVersion() }).slice(0, 10);
  const folder = join(runsFolder(config), "ablations", `${planted ?? group}-${key}`);
  return { plan: { ...asks, project: config.folder, folder }, tape, left };
}

/** A policy's placebos are its series moved in time: features that are made of candles can't be moved without them. */
function requireSeries(asked: readonly string[], group: string): void {
  const own = asked.filter((name) => selectionSeries([name]).length === 0);
  if (own.length === 0) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `Features of "${group}" are made of candles (${own.slice(0, 3).join(", ")}), and --learner ppo can't be held against copies of them`,
    where: "--group",
    fix: "Ask a group of stored series (perp, sentiment, onchain), or another learner: gbdt, logistic.",
  });
}

/** One that is drawn anew each time could not be gone on with. */
const firstSeed = (config: Config): number => config.seed ?? 1;

function seedsOf(context: AppContext, { seeds }: AblationOptions, config: Config): number[] {
  const first = firstSeed(config);
  if (config.model.learner === "logistic") {
    context.note("Logistic regression has no chance in it: one seed says what all would.");
    return [first];
  }
  if (seeds >= LEAST_SEEDS) return Array.from({ length: seeds }, (_, i) => first + i);
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `${seeds} seed can't show how much is chance`,
    where: "--seeds",
    fix: "Give two at least; five is usual.",
  });
}

/** Without features whose series isn't stored: a column of zeros says nothing. Throws DATA_MISSING where none is left. */
function servedFeatures(tape: MarketTape, asked: readonly string[], group: string) {
  const stored = new Set(
    tape.alternative?.series.flatMap(({ id, provenance }) => (provenance === "none" ? [] : [id])) ?? [],
  );
  const served = (name: string): boolean => selectionSeries([name]).every((id) => stored.has(id));
  const added = asked.filter(served);
  const left = asked.filter((name) => !served(name));
  if (added.length > 0) return { added, left };
  throw new TidemarkError("DATA_MISSING", {
    what: `No series of the group "${group}" is stored for these symbols`,
    where: selectionSeries(asked).join(", "),
    fix: "Fetch or record some first: tidemark fetch --alternative, tidemark collect.",
  });
}

async function runSeeds(context: AppContext, plan: AblationPlan, tape: MarketTape, parallel: number): Promise<void> {
  const variants = plannedVariants(plan, tape);
  const total = [...variants.values()].reduce((sum, own) => sum + own.length, 0);
  const done = new Map(plan.seeds.map((seed) => [seed, recordsOf(plan, seed).length]));
  const count = (): number => [...done.values()].reduce((sum, own) => sum + own, 0);
  const report = (): void => context.progress({ label: "variants", done: count(), total, unit: "variants" });
  if (count() > 0) context.note(`${count()} of ${total} variants are done from before.`);
  const queue = plan.seeds.filter((seed) => (done.get(seed) ?? 0) < (variants.get(seed)?.length ?? 0));
  if (queue.length === 0) return;
  const executor = processExecutor({ clock: context.clock });
  const studyId = freshId();
  try {
    await executor.start(ablationModule(plan), studyId);
    report();
    const work = async (): Promise<void> => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        const own = seed;
        const onReport = (_: number, value: number): Promise<boolean> => {
          done.set(own, value);
          report();
          return Promise.resolve(false);
        };
        for (let attempt = 0; ; attempt++) {
          const task = { studyId, trialId: plan.seeds.indexOf(own), attempt, params: { seed: own } };
          const outcome = await executor.run(task, { onReport }, context.signal);
          context.signal.throwIfAborted();
          if (outcome.kind !== "failed") break;
          if (!outcome.lost || attempt + 1 >= TRIES) throw failed(own, outcome.reason);
          context.warn(`seed ${own} was lost (${outcome.reason}); it goes on.`);
        }
      }
    };
    const side = Math.min(queue.length, parallel > 0 ? parallel : Math.max(1, availableParallelism()));
    await Promise.all(Array.from({ length: side }, work));
  } finally {
    await executor.close();
    context.endProgress();
    if (context.signal.aborted) context.note("Saved. The same command goes on.");
  }
}

function failed(seed: number, reason: string): TidemarkError {
  return new TidemarkError("DATA_TOO_SHORT", {
    what: `Seed ${seed} could not be run: ${reason}`,
    fix: "Correct what the reason names; what is done is kept, and the same command goes on.",
  });
}
