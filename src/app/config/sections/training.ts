/** @file [training] and [training.reward]: PPO and what it is rewarded for. */
import { z } from "zod";
import { PPO_DEFAULTS } from "../../../learn/choices.ts";

const DEFAULTS = PPO_DEFAULTS;
const schedule = z.enum(["constant", "linear", "cosine"]);
const weight = z.number().min(0).max(1_000);

const rewardSection = z
  .strictObject({
    log_return: weight.default(1).describe("Weight of the log return of equity; costs are already inside it."),
    drawdown: weight.default(0).describe("Weight of an increase of drawdown (2 is a usual value)."),
    fees: weight.default(0).describe("Weight of fees, on top of their share in the return (1 is a usual value)."),
    budget_violation: weight.default(0).describe("Weight of orders refused for budget (5 is a usual value)."),
    flip: weight.default(0).describe("Weight of reversed positions (0.2 is a usual value)."),
    differential_sharpe: weight.default(0).describe("Weight of the differential Sharpe ratio."),
  })
  .describe("Reward: a weighted sum of terms; all but log_return and differential_sharpe are subtracted.");

export const trainingSection = z
  .strictObject({
    total_steps: z
      .int()
      .min(1)
      .default(DEFAULTS.totalSteps)
      .describe("Decisions to train on: one account, one bar, all symbols is one step."),
    episodes: z.int().min(0).default(0).describe("Stop after this many finished episodes; 0 for no such limit."),
    episode_bars: z
      .int()
      .min(16)
      .max(1_000_000)
      .optional()
      .describe("Bars of one episode. Without it 2,048, or half of a training part that is not longer."),
    accounts: z
      .int()
      .min(1)
      .max(65_536)
      .default(32)
      .describe("Simulated accounts that trade side by side; a multiple of stretches."),
    stretches: z
      .int()
      .min(1)
      .max(65_536)
      .optional()
      .describe(
        "Stretches of market that the accounts live on. Without it one for each account: fewer cost less a step, but teach less, most of all where returns are noisy.",
      ),
    rollout: z
      .int()
      .min(8)
      .default(DEFAULTS.rollout)
      .describe("Steps collected between two updates, over all accounts."),
    segment: z
      .int()
      .min(1)
      .max(4_096)
      .default(DEFAULTS.segment)
      .describe("Bars of one training segment of a recurrent encoder."),
    source_dropout: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe(
        "Share of the segments in which each source of alternative series is missing, so that a policy survives an outage; acts where features read such series.",
      ),
    exploration: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe('Share of choices that "pqn" draws at the beginning; the others are the best as far as it knows.'),
    exploration_end: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe("The same at the end of the run; it falls in a straight line."),
    epochs: z.int().min(1).max(100).default(DEFAULTS.epochs).describe("Passes over each rollout."),
    batch: z
      .int()
      .min(1)
      .default(DEFAULTS.batch)
      .describe("Steps of one minibatch; whole segments for a recurrent encoder."),
    learning_rate: z.number().gt(0).max(1).default(DEFAULTS.learningRate.from).describe("Step size of Adam."),
    learning_rate_schedule: schedule
      .default(DEFAULTS.learningRate.kind)
      .describe("How the learning rate changes over the run."),
    learning_rate_end: z.number().min(0).max(1).default(0).describe("Where a changing learning rate ends."),
    gamma: z.number().min(0).max(1).default(DEFAULTS.gamma).describe("Discount of later rewards."),
    gae_lambda: z.number().min(0).max(1).default(DEFAULTS.lambda).describe("Bias against variance of advantages."),
    clip: z.number().gt(0).max(1).default(DEFAULTS.clip.from).describe("Clip range of the policy ratio."),
    clip_schedule: schedule.default(DEFAULTS.clip.kind).describe("How the clip range changes over the run."),
    clip_end: z.number().gt(0).max(1).default(0.05).describe("Where a changing clip range ends."),
    value_clip: z.number().min(0).default(0).describe("Clip range of the value; 0 for none."),
    direction_entropy: z.number().min(0).max(1).default(DEFAULTS.entropy.from).describe("Entropy bonus of directions."),
    size_entropy: z.number().min(0).max(1).default(DEFAULTS.betaEntropy.from).describe("Entropy bonus of sizes."),
    entropy_schedule: schedule
      .default(DEFAULTS.entropy.kind)
      .describe("How both bonuses change over the run; the end is zero."),
    value_coefficient: z.number().min(0).default(DEFAULTS.valueCoefficient).describe("Weight of the value loss."),
    max_grad_norm: z
      .number()
      .gt(0)
      .default(DEFAULTS.maxGradientNorm)
      .describe("Gradients above this norm are scaled down to it."),
    target_kl: z
      .number()
      .min(0)
      .default(DEFAULTS.targetKl ?? 0)
      .describe("An update stops early beyond 1.5 times this KL divergence; 0 for never."),
    normalize_reward: z
      .boolean()
      .default(DEFAULTS.normalizeReward)
      .describe("Whether rewards are scaled by the spread of returns."),
    validate_interval: z.int().min(1).default(10).describe("Updates between two looks at the validation part."),
    time_limit_minutes: z
      .number()
      .min(0)
      .default(0)
      .describe("Stop after this many minutes, with a model; 0 for no limit."),
    save_interval: z.int().min(1).default(10).describe("Updates between two checkpoints."),
    threads: z
      .int()
      .min(1)
      .max(256)
      .default(1)
      .describe("Threads of the compute engine; one is best for small networks."),
    device: z
      .enum(["cpu", "webgpu", "cuda"])
      .default("cpu")
      .describe("Where gradients are computed; a graphics card pays for large networks only (bench device)."),
    reward: rewardSection.prefault({}),
  })
  .describe("PPO: how the policy is trained.");
