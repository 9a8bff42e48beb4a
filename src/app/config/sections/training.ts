/** @file [training] and [training.reward]: PPO and what it is rewarded for. */
import { z } from "zod";

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
      .default(1_000_000)
      .describe("Decisions to train on: one account, one bar, all symbols is one step."),
    episodes: z.int().min(0).default(0).describe("Stop after this many finished episodes; 0 for no such limit."),
    episode_bars: z.int().min(16).max(1_000_000).default(2_048).describe("Bars of one episode."),
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
      .default(4)
      .describe("Stretches of market the accounts share; accounts on one stretch share its encoding."),
    rollout: z.int().min(8).default(2_048).describe("Steps collected between two updates, over all accounts."),
    segment: z.int().min(1).max(4_096).default(64).describe("Bars of one training segment of a recurrent encoder."),
    epochs: z.int().min(1).max(100).default(4).describe("Passes over each rollout."),
    batch: z.int().min(1).default(512).describe("Steps of one minibatch; whole segments for a recurrent encoder."),
    learning_rate: z.number().gt(0).max(1).default(3e-4).describe("Step size of Adam."),
    learning_rate_schedule: schedule.default("linear").describe("How the learning rate changes over the run."),
    learning_rate_end: z.number().min(0).max(1).default(0).describe("Where a changing learning rate ends."),
    gamma: z.number().min(0).max(1).default(0.99).describe("Discount of later rewards."),
    gae_lambda: z.number().min(0).max(1).default(0.95).describe("Bias against variance of advantages."),
    clip: z.number().gt(0).max(1).default(0.2).describe("Clip range of the policy ratio."),
    clip_schedule: schedule.default("constant").describe("How the clip range changes over the run."),
    clip_end: z.number().gt(0).max(1).default(0.05).describe("Where a changing clip range ends."),
    value_clip: z.number().min(0).default(0).describe("Clip range of the value; 0 for none."),
    direction_entropy: z.number().min(0).max(1).default(0.01).describe("Entropy bonus of directions."),
    size_entropy: z.number().min(0).max(1).default(0.001).describe("Entropy bonus of sizes."),
    entropy_schedule: schedule.default("linear").describe("How both bonuses change over the run; the end is zero."),
    value_coefficient: z.number().min(0).default(0.5).describe("Weight of the value loss."),
    max_grad_norm: z.number().gt(0).default(0.5).describe("Gradients above this norm are scaled down to it."),
    target_kl: z
      .number()
      .min(0)
      .default(0.02)
      .describe("An update stops early beyond 1.5 times this KL divergence; 0 for never."),
    normalize_reward: z.boolean().default(true).describe("Whether rewards are scaled by the spread of returns."),
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
    reward: rewardSection.prefault({}),
  })
  .describe("PPO: how the policy is trained.");
