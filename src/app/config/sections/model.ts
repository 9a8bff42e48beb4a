/** @file [model]: the policy's network and what it may do. */
import { z } from "zod";
import {
  ACTION_SPACE_NAMES,
  ENCODER_NAMES,
  LEARNERS,
  MEMORY_KINDS,
  NETWORK_LEARNERS,
} from "../../../policy/choices.ts";

const width = z.int().min(1).max(4_096);

export const modelSection = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, dots and dashes")
      .default("tidemark")
      .describe("Name of the trained model; its versions are numbered."),
    learner: z
      .enum(LEARNERS)
      .default("ppo")
      .describe(
        'What learns: "ppo" a network by trying, "pqn" the same by Q-learning (action_space "target" or "discrete3"), "gbdt" boosted trees and "logistic" a regression from labels ([supervised]), "ensemble" several networks of one recipe, which decide by their mean.',
      ),
    members: z
      .int()
      .min(2)
      .max(32)
      .default(5)
      .describe("Networks of an ensemble; each begins with a seed of its own, counted on from the training's."),
    member_learner: z.enum(NETWORK_LEARNERS).default("ppo").describe("What learns each member of an ensemble."),
    encoder: z
      .enum(ENCODER_NAMES)
      .default("gru")
      .describe(
        'How history is read: "mlp" sees a short window; "gru" and "lstm" carry a memory from bar to bar; "transformer" looks back at single bars; "hierarchical" adds the other symbols and a stream for risk.',
      ),
    sequence_length: z
      .int()
      .min(1)
      .max(4_096)
      .default(256)
      .describe("Bars of history that a recurrent encoder has seen when it starts to decide."),
    remember: z
      .enum(MEMORY_KINDS)
      .default("market")
      .describe(
        'What a memory is of: "market" what happens whatever is done, so that accounts can share it; "all" the account too, for what own acts bring about: it begins empty (no sequence_length) and every account needs a stretch of its own.',
      ),
    window: z.int().min(1).max(512).default(1).describe("Bars that the mlp encoder sees at once."),
    hidden_size: width
      .optional()
      .describe("Width of the market encoding. Without it 128 for gru and lstm, 64 otherwise."),
    join_size: width.optional().describe("Width of the layers after the account has joined. Without it 64."),
    join_layers: z.int().min(1).max(16).optional().describe("Number of those layers. Without it 1."),
    separate_critic: z
      .boolean()
      .optional()
      .describe("Whether the value has an encoder of its own. Without it yes for mlp, no for gru."),
    cross_asset: z
      .boolean()
      .optional()
      .describe("Whether each symbol looks at the encodings of the others. Without it only for hierarchical."),
    heads: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe("Heads of every attention; they divide hidden_size. Without it 4."),
    layers: z.int().min(1).max(32).optional().describe("Layers of a transformer. Without it 2."),
    attention_window: z
      .int()
      .min(1)
      .max(4_096)
      .optional()
      .describe("Bars that one layer of a transformer sees, the bar itself among them. Without it 64."),
    risk_size: width.optional().describe("Width of the hierarchical encoder's stream for risk. Without it 32."),
    action_space: z
      .enum(ACTION_SPACE_NAMES)
      .default("direction-size")
      .describe(
        'What the policy decides: "direction-size" (hold, long or short, and how much), "target" (flat, or long or short at half or full size), "discrete3" (hold, long, short at full size), "hierarchical" (direction, size, stop distance, urgency).',
      ),
  })
  .describe("The policy: encoder, sizes, action space.");
