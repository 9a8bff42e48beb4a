/** @file [training] and [training.reward]: PPO and what it is rewarded for. */
import { z } from "zod";

const schedule = z.enum(["constant", "linear"]);

export const rewardSection = z
  .strictObject({
    log_return: z.number().default(1).describe("Weight of the log return of equity; costs are already inside it."),
    drawdown: z.number().default(0).describe("Weight of an increase of drawdown (2.0 is a usual value)."),
    fees: z.number().default(0).describe("Weight of fees paid, on top of their share in the return."),
    budget: z.number().default(0).describe("Weight of a violated budget (5.0 is a usual value)."),
    flip: z.number().default(0).describe("Weight of every reversal of a position (0.2 is a usual value)."),
    differential_sharpe: z.number().default(0).describe("Weight of the differential Sharpe ratio."),
    scale: z.number().positive().default(100).describe("Factor on the whole sum, so that rewards are of order one."),
  })
  .describe("Reward: a weighted sum of terms. Penalties are subtracted.");

export const trainingSection = z
  .strictObject({
    total_steps: z
      .int()
      .min(1)
      .default(1_000_000)
      .describe("Decisions to train on (one account, one bar, all symbols is one step)."),
    episodes: z.int().min(0).default(0).describe("Stop after this many finished episodes; 0 for no such limit."),
    episode_bars: z.int().min(16).default(2048).describe("Bars of one episode."),
    accounts: z.int().min(1).max(65_536).default(32).describe("Simulated accounts that trade side by side."),
    stretches: z
      .int()
      .min(1)
      .max(65_536)
      .default(4)
      .describe("Stretches of market the accounts share; accounts on one stretch share its encoding."),
    rollout: z.int().min(8).default(2048).describe("Steps collected between two updates, over all accounts."),
    segment: z.int().min(1).max(4096).default(64).describe("Bars of one training segment of a recurrent encoder."),
    epochs: z.int().min(1).max(100).default(4).describe("Passes over each rollout."),
    batch: z.int().min(1).default(64).describe("Steps of one minibatch (whole segments for a recurrent encoder)."),
    learning_rate: z.number().positive().max(1).default(3e-4).describe("Step size of Adam at the start."),
    learning_rate_schedule: schedule
      .default("linear")
      .describe("Learning rate over the run: kept, or falling to zero."),
    gamma: z.number().min(0).max(1).default(0.99).describe("Discount of later rewards."),
    gae_lambda: z.number().min(0).max(1).default(0.95).describe("Bias against variance of advantages."),
    clip: z.number().positive().max(1).default(0.2).describe("Clip range of the policy ratio."),
    clip_schedule: schedule.default("constant").describe("Clip range over the run."),
    value_clip: z.number().min(0).default(0).describe("Clip range of the value; 0 for none."),
    direction_entropy: z.number().min(0).default(0.01).describe("Entropy bonus of directions."),
    size_entropy: z.number().min(0).default(0.001).describe("Entropy bonus of sizes."),
    value_coefficient: z.number().min(0).default(0.5).describe("Weight of the value loss."),
    max_grad_norm: z.number().positive().default(0.5).describe("Gradients above this norm are scaled down to it."),
    target_kl: z
      .number()
      .min(0)
      .default(0.02)
      .describe("An update stops early beyond this KL divergence; 0 for never."),
    save_interval: z.int().min(1).default(10).describe("Updates between two checkpoints."),
    threads: z
      .int()
      .min(0)
      .max(256)
      .default(0)
      .describe("Threads of the compute engine; 0 measures which number is fastest."),
    device: z
      .enum(["cpu", "cuda", "webgpu"])
      .default("cpu")
      .describe("Where networks run; other devices than the CPU need support in this machine's ONNX Runtime."),
    reward: rewardSection.prefault({}),
  })
  .describe("PPO: how the policy is trained.");
