/** @file [search] and [search.space]: how `tidemark tune` looks for better settings, and among which. */
import { z } from "zod";
import { TRIAL_OBJECTIVES } from "../../../learn/choices.ts";
import { ENCODER_NAMES } from "../../../policy/choices.ts";
import { PRUNER_KINDS, SAMPLER_KINDS } from "../../../search/choices.ts";

const MOST_CHOICES = 64;

/** Two bounds, the second above the first; or one fixed value; or none. */
function range(low: number, high: number, ...bounds: number[]): z.ZodDefault<z.ZodArray<z.ZodNumber>> {
  return z.array(z.number().min(low).max(high)).max(2).default(bounds);
}

function numbers(low: number, high: number, ...choices: number[]): z.ZodDefault<z.ZodArray<z.ZodNumber>> {
  return z.array(z.number().min(low).max(high)).max(MOST_CHOICES).default(choices);
}

function wholes(low: number, high: number, ...choices: number[]): z.ZodDefault<z.ZodArray<z.ZodInt>> {
  return z.array(z.int().min(low).max(high)).max(MOST_CHOICES).default(choices);
}

const spaceSection = z
  .strictObject({
    learning_rate: range(1e-9, 1, 1e-5, 3e-3).describe("Bounds of training.learning_rate, on a logarithmic scale."),
    rollout: wholes(8, 10_000_000, 2_048, 4_096, 8_192).describe(
      "Choices of training.rollout; lengthened to what accounts, segments and minibatches fit into.",
    ),
    epochs: wholes(1, 100, 2, 4, 8).describe("Choices of training.epochs."),
    gamma: numbers(0, 1, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999).describe("Choices of training.gamma."),
    gae_lambda: range(0, 1, 0.8, 1).describe("Bounds of training.gae_lambda."),
    clip: range(1e-4, 1, 0.1, 0.3).describe("Bounds of training.clip."),
    direction_entropy: range(1e-9, 1, 1e-4, 0.1).describe(
      "Bounds of training.direction_entropy, on a logarithmic scale.",
    ),
    size_entropy: range(1e-9, 1, 1e-5, 1e-2).describe("Bounds of training.size_entropy, on a logarithmic scale."),
    value_coefficient: range(0, 100, 0.25, 1).describe("Bounds of training.value_coefficient."),
    max_grad_norm: range(1e-6, 1_000, 0.3, 3).describe("Bounds of training.max_grad_norm, on a logarithmic scale."),
    encoder: z.array(z.enum(ENCODER_NAMES)).default(["mlp", "gru"]).describe("Choices of model.encoder."),
    hidden_size: wholes(1, 4_096, 32, 64, 128).describe("Choices of model.hidden_size."),
    join_size: wholes(1, 4_096, 32, 64, 128).describe("Choices of model.join_size."),
    join_layers: wholes(1, 16, 1, 2).describe("Choices of model.join_layers."),
    window: wholes(1, 512, 1, 4, 16).describe("Choices of model.window; only mlp has one."),
    layers: wholes(1, 32).describe("Choices of model.layers; only a transformer has them."),
    attention_window: wholes(2, 4_096).describe("Choices of model.attention_window; only a transformer has one."),
    tree_rate: range(1e-6, 1, 0.01, 0.2).describe(
      "Bounds of supervised.learning_rate, on a logarithmic scale; of boosted trees.",
    ),
    leaves: wholes(2, 4_096, 7, 15, 31).describe("Choices of supervised.leaves; of boosted trees."),
    l2: range(1e-6, 1e6, 1, 100).describe("Bounds of supervised.l2, on a logarithmic scale; of boosted trees."),
    path_smooth: numbers(0, 1e9, 0, 100, 1_000).describe("Choices of supervised.path_smooth; of boosted trees."),
    row_share: range(0.01, 1, 0.5, 1).describe("Bounds of supervised.row_share; of boosted trees."),
    feature_share: range(0.01, 1, 0.3, 1).describe("Bounds of supervised.feature_share; of boosted trees."),
    inverse_penalty: range(1e-9, 1e9, 1e-4, 1).describe(
      "Bounds of supervised.inverse_penalty, on a logarithmic scale; of the logistic regression.",
    ),
  })
  .describe(
    "What is searched. Two numbers of a range are its bounds; a list of choices is chosen from; a single value fixes the setting; an empty list leaves it as the other sections have it.",
  );

export const searchSection = z
  .strictObject({
    trials: z.int().min(1).max(100_000).default(15).describe("Trials of a search: trainings with other settings each."),
    parallel: z
      .int()
      .min(0)
      .max(1_024)
      .default(0)
      .describe("Trials at the same time; 0 for one less than the machine has cores, and 4 with --workers."),
    sampler: z
      .enum(SAMPLER_KINDS)
      .default("tpe")
      .describe('How settings are chosen: "tpe" learns from the trials before, "random" and "grid" don\'t.'),
    grid_resolution: z
      .int()
      .min(2)
      .max(1_000)
      .default(5)
      .describe("Points that the grid takes of a range, its bounds among them."),
    pruner: z
      .enum(PRUNER_KINDS)
      .exclude(["percentile"])
      .default("median")
      .describe(
        'When a trial is given up early: "median" where half of the others were better at that point, "asha" and "hyperband" by rounds of halving.',
      ),
    startup_trials: z
      .int()
      .min(1)
      .max(10_000)
      .default(5)
      .describe("Trials chosen at random first, and finished before the median judges any."),
    objective: z
      .enum(TRIAL_OBJECTIVES)
      .default("mean-reward")
      .describe(
        "What is wanted more of, in validation: the mean reward of a bar, or the Sharpe ratio of a year. A classifier is always searched for the Brier skill of its probabilities.",
      ),
    step_share: z.number().gt(0).max(1).default(0.2).describe("Budget of a trial as a share of training.total_steps."),
    reports: z
      .int()
      .min(1)
      .max(1_000)
      .default(10)
      .describe("How often a trial is measured on the validation part, and may be pruned."),
    lost_after_seconds: z
      .int()
      .min(1)
      .max(3_600)
      .default(30)
      .describe("Silence of a worker after which its trial or window goes to another one."),
    space: spaceSection.prefault({}),
  })
  .describe("The search for hyper-parameters (tidemark tune).");
