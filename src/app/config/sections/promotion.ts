/** @file [promotion]: the gates between the stages of a model, with their figures. */
import { z } from "zod";

const days = z.int().min(0).max(3650);
const every = z.int().min(1).max(365);
const share = z.number().min(0).max(1);

export const promotionSection = z
  .strictObject({
    win_rule: z
      .enum(["absolute", "break-even"])
      .default("absolute")
      .describe(
        'Whether win rates are asked for as they stand, or, where stop and target differ, by what they need to break even plus two points ("break-even").',
      ),
    retrain: z
      .enum(["off", "weekly"])
      .default("off")
      .describe(
        'Whether a session lets its models be retrained after each Monday, 00:00 UTC ("weekly"), in a process of its own.',
      ),
    retrain_divergence: z
      .number()
      .min(0)
      .max(100)
      .default(0.5)
      .describe(
        "How strongly a retraining by PPO is held to the version that stands: weight of the divergence (KL, nats) from its policy in the loss, 0.1 to 1 as a rule; 0 for none.",
      ),
    drift: z
      .enum(["off", "weekly"])
      .default("off")
      .describe(
        'Whether a session looks at the drift of its models after each Monday, 00:00 UTC ("weekly"), in a process of its own, and halves sizes, asks for a retraining or opens nothing any more, as that says.',
      ),
    replay: z
      .enum(["off", "daily"])
      .default("off")
      .describe(
        'Whether a session has its decisions of each UTC day made again from its journal when the day is over ("daily"), in a process of its own. One that comes out otherwise sends a canary back to paper.',
      ),
    paper: z
      .strictObject({
        trades: z.int().min(1).max(1_000_000).default(100).describe("Closed trades in approved sessions and regimes."),
        sharpe: z.number().min(-100).max(100).default(1).describe("Annual Sharpe ratio of daily returns."),
        drawdown: share.default(0.08).describe("Largest fall from a peak, as a share."),
        win_rate: share.default(0.52).describe("Share of trades that win after costs."),
        days: days.default(30).describe("Days on paper at least."),
        evidence: z
          .number()
          .min(1)
          .max(1e9)
          .default(4)
          .describe("Capital of the betting process over the recipe's trades."),
        cost_bps: z
          .number()
          .min(0)
          .max(1000)
          .default(1)
          .describe("Measured cost above its model at most, basis points."),
        every_days: every.default(7).describe("Days between two looks."),
      })
      .prefault({})
      .describe("From paper to shadow."),
    shadow: z
      .strictObject({
        days: days.default(7).describe("Days beside the champion at least."),
        latency_ms: z.number().min(1).max(60_000).default(50).describe("Closed bar to order, 99th percentile."),
        standard_errors: z
          .number()
          .min(0)
          .max(100)
          .default(2)
          .describe("How far the paired result may lie below zero."),
        every_days: every.default(1).describe("Days between two looks."),
      })
      .prefault({})
      .describe("From shadow to canary."),
    canary: z
      .strictObject({
        trades: z.int().min(1).max(1_000_000).default(50).describe("Live trades at least."),
        days: days.default(14).describe("Days as a canary at least."),
        evidence: z
          .number()
          .min(1)
          .max(1e9)
          .default(20)
          .describe("Capital of the betting process, all stages together."),
        cost_bps: z
          .number()
          .min(0)
          .max(1000)
          .default(1)
          .describe("Measured cost above its model at most, basis points."),
        every_days: every.default(7).describe("Days between two looks."),
      })
      .prefault({})
      .describe("From canary to live."),
    live: z
      .strictObject({
        sharpe: z.number().min(-100).max(100).default(0.8).describe("Annual Sharpe ratio of a month."),
        drawdown: share.default(0.12).describe("Largest fall; beyond it positions are closed at once."),
        win_rate: share.default(0.5).describe("Share of trades that win after costs."),
      })
      .prefault({})
      .describe("What a live month must show."),
  })
  .describe("The way from candidate to live: paper, shadow, canary. Changing a figure begins the stage anew.");
