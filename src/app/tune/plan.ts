/**
 * @file What every trial of a search has in common, as JSON: kept with the study, given to the processes that run trials and
 * posted for other machines. A trial's result is a function of the plan and its parameters.
 */
import { join, resolve } from "node:path";
import { z } from "zod";
import {
  fingerprint,
  InstrumentKind,
  type InstrumentOverrides,
  packageVersion,
  parseTimeframe,
  readTextIfPresent,
  TidemarkError,
  writeFileAtomic,
} from "../../core/index.ts";
import type { MarketRequest } from "../../learn/index.ts";
import { TapeRange } from "../../market/choices.ts";
import { EdgeSignal, type MarketTape } from "../../market/index.ts";
import type { Json } from "../../search/index.ts";
import { type Config, configOf } from "../config/load.ts";
import { configSchema } from "../config/schema.ts";
import { alignment, askedKind, syntheticEdge } from "../data/market.ts";
import { instrumentTerms } from "../data/terms.ts";

const PLAN_FILE = "tune.json";

const isTable = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const timeframe = z.string().transform((text) => parseTimeframe(text));
const marketSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("stored"),
    venue: z.string(),
    symbols: z.array(z.string()),
    timeframe,
    fromMs: z.number(),
    toMs: z.number(),
    range: z.enum(TapeRange).optional(),
    currency: z.string().optional(),
    marks: z.boolean().optional(),
    terms: z.record(z.string(), z.custom<InstrumentOverrides>(isTable)).optional(),
    instrumentKind: z.enum(InstrumentKind).optional(),
  }),
  z.object({
    kind: z.literal("synthetic"),
    seed: z.number(),
    bars: z.number(),
    symbols: z.array(z.string()),
    timeframe,
    edge: z.object({ strength: z.number(), signal: z.enum(EdgeSignal) }),
  }),
]);

export const planSchema = z.object({
  codeVersion: z.string(),
  /** Of every trial's training, so that trials differ only by their settings. */
  seed: z.number(),
  market: marketSchema,
  dataFingerprint: z.string(),
  /** Bars of history that every trial waits for, so that all are compared on the same bars. */
  historyBars: z.number(),
  /** With what has one value in the search; a trial's parameters come on top. */
  config: configSchema,
});
export type TunePlan = z.infer<typeof planSchema>;

const fileSchema = z.object({
  name: z.string(),
  /** The folder of the configuration, seen from the study's. */
  project: z.string(),
  /** Settings with one value in the search, by dotted key; they are part of what it finds. */
  fixed: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** What flags decided beside them, by dotted key. */
  asked: z.record(z.string(), z.unknown()).default({}),
  plan: planSchema,
});

/** A plan in its place. */
export type StoredPlan = z.infer<typeof fileSchema> & {
  readonly folder: string;
  /** The folder that relative paths of its configuration start from. */
  readonly baseFolder: string;
};

function requestOf(config: Config, tape: MarketTape): MarketRequest {
  const symbols = tape.instruments.map(({ symbol }) => symbol);
  if (config.data.venue === "synthetic") {
    const { syntheticSeed: seed, syntheticBars: bars } = config.data;
    return { kind: "synthetic", seed, bars, symbols, timeframe: tape.timeframe, edge: syntheticEdge(config) };
  }
  const terms = instrumentTerms(config);
  const kind = askedKind(config);
  return {
    kind: "stored",
    venue: tape.instruments[0].venue,
    symbols,
    timeframe: tape.timeframe,
    fromMs: tape.timeMs[0],
    toMs: tape.timeMs[tape.bars - 1] + 1,
    ...alignment(config),
    ...(Object.keys(terms).length === 0 ? {} : { terms }),
    ...(kind === undefined ? {} : { instrumentKind: kind }),
  };
}

export function makePlan(config: Config, tape: MarketTape, seed: number, historyBars: number): TunePlan {
  return planSchema.parse({
    codeVersion: packageVersion(),
    seed,
    market: requestOf(config, tape),
    dataFingerprint: tape.fingerprint,
    historyBars,
    config: config.resolved,
  });
}

/** As JSON that another process parses again. */
export function planJson(plan: TunePlan): Json {
  return JSON.parse(JSON.stringify(plan)) as Json;
}

/** Equal for two plans whose trials have equal results. */
export function planFingerprint(plan: TunePlan): string {
  return fingerprint(planJson(plan));
}

export function keepPlan(kept: StoredPlan): void {
  const { folder, baseFolder: _base, ...file } = kept;
  writeFileAtomic(join(folder, PLAN_FILE), `${JSON.stringify(file, null, 2)}\n`);
}

/** The plan of a study's folder; undefined where there is none. Throws STUDY_CORRUPT. */
export function readPlan(folder: string): StoredPlan | undefined {
  const path = join(folder, PLAN_FILE);
  const text = readTextIfPresent(path);
  if (text === undefined) return undefined;
  try {
    const file = fileSchema.parse(JSON.parse(text));
    return { ...file, folder, baseFolder: resolve(folder, file.project) };
  } catch (thrown) {
    throw new TidemarkError("STUDY_CORRUPT", {
      what: "The plan of the search can't be read",
      where: path,
      fix: "Restore the file, or begin a new search.",
      cause: thrown,
    });
  }
}

/** The configuration of a plan. @param folder that relative paths start from */
export function planConfig(plan: TunePlan, folder: string): Config {
  return configOf(plan.config, folder);
}
