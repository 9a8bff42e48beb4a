/** @file [supervised]: what a classifier is asked and how it learns (model.learner "gbdt" or "logistic"). */
import { z } from "zod";
import { LABEL_KINDS } from "../../../learn/choices.ts";
import { BASE_BARS, BASE_KINDS } from "../../../policy/choices.ts";

export const supervisedSection = z
  .strictObject({
    label: z
      .enum(LABEL_KINDS)
      .default("sign")
      .describe(
        'What is predicted of the time ahead: "sign" whether the price rises, "quantile" in which part of its usual moves it ends, "barrier" whether target, stop or time comes first, "meta" whether a trade of the base (a rule, or a model) earns more than it costs.',
      ),
    horizon: z
      .int()
      .min(1)
      .max(10_000)
      .default(12)
      .describe("Bars that a label looks ahead. Choose it so that the usual move is several times the cost."),
    classes: z.int().min(2).max(20).default(3).describe('Parts of "quantile".'),
    upper: z
      .number()
      .gt(0)
      .max(100)
      .default(1.5)
      .describe('Target of "barrier", in usual moves of the horizon; traded as the target.'),
    lower: z.number().gt(0).max(100).default(1).describe('Stop of "barrier", likewise; traded as the stop.'),
    base: z
      .enum(BASE_KINDS)
      .default("trend")
      .describe(
        'The rule whose trades "meta" judges: "trend" is long where the quick mean of the closes lies above the calm one and short below, "reversal" the other way.',
      ),
    base_model: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A model (NAME or NAME/VERSION) whose decisions give the side of "meta", in place of the rule. Its features and its normalizer are taken over, and only bars behind its training are learned from.',
      ),
    base_fast: z.int().min(1).max(BASE_BARS).default(8).describe("Bars of its quick mean."),
    base_slow: z.int().min(2).max(BASE_BARS).default(32).describe("Bars of its calm mean."),
    trees: z.int().min(1).max(100_000).default(200).describe("Rounds of boosting at most."),
    learning_rate: z.number().min(1e-6).max(1).default(0.05).describe("Share of each tree's answer that is taken."),
    leaves: z.int().min(2).max(4096).default(15).describe("Leaves of a tree at most."),
    min_rows: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .default(0)
      .describe("Fewest rows of a leaf, exactly counted; 0 for half a per cent of the rows and 100 at least."),
    l1: z.number().min(0).default(0).describe("Penalty on the absolute value of leaves or coefficients."),
    l2: z.number().min(0).default(10).describe("Penalty on the square of the trees' leaves."),
    inverse_penalty: z
      .number()
      .gt(0)
      .max(1e9)
      .default(0.01)
      .describe("C of the logistic regression: the larger, the less its coefficients shrink."),
    path_smooth: z
      .number()
      .min(0)
      .default(0)
      .describe("Pulls a leaf towards its parent by about so many rows; 0 for none."),
    row_share: z.number().gt(0).max(1).default(0.7).describe("Share of the days that each tree sees."),
    feature_share: z.number().gt(0).max(1).default(0.7).describe("Share of the features that each tree sees."),
    patience: z
      .int()
      .min(0)
      .max(100_000)
      .default(20)
      .describe("Stop when a later slice has not improved for so many rounds; 0 trains all of them."),
    balance: z
      .boolean()
      .default(false)
      .describe("Give both classes the same weight; calibration takes it back. For labels of two classes."),
    threads: z.int().min(1).max(64).default(1).describe("Threads of the boosting; any number gives the same trees."),
  })
  .describe("Supervised models: boosted trees and logistic regression.");
