/** @file [curriculum]: training by phases. */
import { z } from "zod";
import { TRANSITION_DEFAULTS as RULES, SETTING_BOUNDS } from "../../../learn/choices.ts";

/** A setting of a phase, within the bounds that nothing may leave. */
function setting(name: keyof typeof SETTING_BOUNDS, meaning: string): z.ZodOptional<z.ZodNumber | z.ZodInt> {
  const { min, max, whole } = SETTING_BOUNDS[name];
  const number = whole ? z.int().min(min).max(max) : z.number().min(min).max(max);
  return number.optional().describe(meaning);
}

const phaseSection = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, "a name of small letters, digits and hyphens")
    .describe("Name of the phase; no other has it."),
  stage: z.enum(["foundation", "mastery"]).optional().describe("The part of the training that it belongs to."),
  steps: z.int().min(1).max(1e12).describe("Decisions to train on in this phase."),
  learning_rate: setting("learningRate", "Step size of Adam."),
  entropy: setting("entropy", "Entropy bonus of directions."),
  number_entropy: setting("betaEntropy", "Entropy bonus of sizes."),
  clip: setting("clip", "Clip range of the policy ratio."),
  target_kl: setting("targetKl", "An update stops early beyond 1.5 times this KL divergence."),
  value_coefficient: setting("valueCoefficient", "Weight of the value loss."),
  gamma: setting("gamma", "Discount of later rewards."),
  episode_bars: setting("episodeBars", "Bars of one episode; whole segments, at most half of the training part."),
  feature_noise: setting("featureNoise", "Standard deviation of the noise on normalized features."),
  price_scale: setting("priceScale", "Largest change of the price level, as a logarithm: 0.7 is half to double."),
  flip_probability: setting("flipProbability", "Probability that a drawn market is mirrored."),
  permute_probability: setting("permuteProbability", "Probability that symbols change places in a drawn market."),
  shuffle_probability: setting("shuffleProbability", "Probability that stretches change their order."),
  shuffle_bars: setting("shuffleBars", "Bars of such a stretch."),
  symbol_balance: setting(
    "symbolBalance",
    "0: each bar counts the same; 1: each symbol does, however short its history.",
  ),
});

const transitionsSection = z
  .strictObject({
    window_reports: z.int().min(2).max(10_000).default(RULES.windowReports).describe("Updates of a window."),
    plateau_windows: z
      .int()
      .min(1)
      .max(1_000)
      .default(RULES.plateauWindows)
      .describe("Windows without a new best that end a phase."),
    plateau_after_share: z
      .number()
      .min(0)
      .max(1)
      .default(RULES.plateauAfterShare)
      .describe("Share of the phase's steps before which that does not end it; 1 for never."),
    collapse_errors: z
      .number()
      .min(1)
      .max(100)
      .default(RULES.collapseErrors)
      .describe("Errors below the best window from which on a window counts as a collapse."),
    collapse_windows: z
      .int()
      .min(1)
      .max(1_000)
      .default(RULES.collapseWindows)
      .describe("How many such windows in a row end a phase; the next goes on from the best parameters."),
  })
  .describe("When a phase ends before its steps are done.");

export const curriculumSection = z
  .strictObject({
    phases: z
      .int()
      .min(0)
      .max(100)
      .default(0)
      .describe(
        "Phases that a training goes through: from the first, or with --continue from the next one. 0 for one training without phases.",
      ),
    total_steps: z
      .int()
      .min(0)
      .max(1e12)
      .default(0)
      .describe(
        "Steps of all phases of the plan together, shared out in its proportions; 0 for its own (10,000,000 for the nine). With phases, --steps sets this.",
      ),
    use_recommendations: z
      .boolean()
      .default(false)
      .describe("Whether each phase begins with the settings that the one before it recommends."),
    market_updates: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(50)
      .describe(
        "Updates in one drawn market at most, in phases that mirror, scale, permute or shuffle it; a short phase has four markets.",
      ),
    plan: z
      .array(phaseSection)
      .max(100)
      .default([])
      .describe(
        "Own phases as tables [[curriculum.plan]] in place of this line; what one leaves out is as in the one before. Empty: nine, from a foundation to 1,000,000 steps to mastery at 10,000,000.",
      ),
    transitions: transitionsSection.prefault({}),
  })
  .describe("Training by phases, each with its own settings, horizon and augmentation of the market.");
