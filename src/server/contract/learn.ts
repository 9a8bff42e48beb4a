/** @file Models, trainings, searches and stages. */
import { z } from "zod";
import { timeMs } from "./common.ts";

export const modelSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  createdMs: timeMs,
  encoder: z.string(),
  actionSpace: z.string(),
  symbols: z.array(z.string()),
  timeframe: z.string(),
  steps: z.number(),
  parameters: z.number(),
  synthetic: z.boolean(),
  trainFromMs: timeMs,
  trainToMs: timeMs,
  features: z.array(z.string()),
  seed: z.number(),
  continuedFrom: z.string().nullable(),
  search: z.string().nullable(),
  phases: z.array(z.string()),
  /** Where the registry has it; null where it was never looked at. */
  stage: z.string().nullable(),
  /** Reports that judged it, newest first. */
  reports: z.array(z.string()),
  /** Of the newest report, over its unseen part; null where it can't be said. */
  sharpe: z.number().nullable(),
  totalReturn: z.number().nullable(),
  winRate: z.number().nullable(),
  trades: z.number().nullable(),
  averageTrade: z.number().nullable(),
  /** "candidate", "no edge", ... : the newest report's standing. */
  standing: z.string().nullable(),
});
export type Model = z.infer<typeof modelSchema>;
export const modelsSchema = z.object({
  items: z.array(modelSchema),
  damaged: z.array(z.object({ id: z.string(), error: z.string() })),
});

export const runSchema = z.object({
  id: z.string(),
  /** training, waiting (can be resumed), made, nothing saved, unreadable. */
  state: z.string(),
  model: z.string().nullable(),
  encoder: z.string().nullable(),
  symbols: z.array(z.string()),
  timeframe: z.string().nullable(),
  steps: z.number().nullable(),
  totalSteps: z.number().nullable(),
  savedMs: timeMs,
  finished: z.boolean(),
});
export type Run = z.infer<typeof runSchema>;
export const runsSchema = z.object({ items: z.array(runSchema) });
export const runDetailSchema = runSchema.extend({
  /** Settings by dotted key. */
  settings: z.record(z.string(), z.unknown()),
});
export type RunDetail = z.infer<typeof runDetailSchema>;

/** Settings of runs beside each other, in the order in which the runs were named. */
export const runComparisonSchema = z.object({
  runs: z.array(z.string()),
  /** How many settings the runs have. */
  settings: z.number(),
  /** Those that differ, or all; a value as text. */
  items: z.array(z.object({ key: z.string(), differs: z.boolean(), values: z.array(z.string()) })),
});
export type RunComparison = z.infer<typeof runComparisonSchema>;

export const studySchema = z.object({
  name: z.string(),
  direction: z.string(),
  trials: z.number(),
  complete: z.number(),
  pruned: z.number(),
  failed: z.number(),
  running: z.number(),
  best: z.object({ number: z.number(), value: z.number() }).nullable(),
});
export type Study = z.infer<typeof studySchema>;
export const studiesSchema = z.object({ items: z.array(studySchema) });

export const trialSchema = z.object({
  number: z.number(),
  state: z.string(),
  value: z.number().nullable(),
  params: z.record(z.string(), z.unknown()),
  startedMs: timeMs.nullable(),
  endedMs: timeMs.nullable(),
  intermediate: z.array(z.tuple([z.number(), z.number()])),
  error: z.string().nullable(),
});
export type Trial = z.infer<typeof trialSchema>;
export const trialsSchema = z.object({ study: studySchema, items: z.array(trialSchema) });

export const promotionSchema = z.object({
  model: z.string(),
  version: z.string(),
  assetClass: z.string(),
  stage: z.string(),
  multiplier: z.number().nullable(),
  sinceMs: timeMs.nullable(),
});
export const promotionsSchema = z.object({ items: z.array(promotionSchema) });
export type Promotion = z.infer<typeof promotionSchema>;
