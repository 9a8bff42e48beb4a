/** @file [model]: the policy's network and what it may do. */
import { z } from "zod";
import { ACTION_SPACE_NAMES, ENCODER_NAMES } from "../../../policy/index.ts";

const width = z.int().min(1).max(4_096);

export const modelSection = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, dots and dashes")
      .default("tidemark")
      .describe("Name of the trained model; its versions are numbered."),
    encoder: z
      .enum(ENCODER_NAMES)
      .default("gru")
      .describe('How history is read: "gru" carries a memory from bar to bar, "mlp" sees a short window.'),
    sequence_length: z
      .int()
      .min(1)
      .max(4_096)
      .default(256)
      .describe("Bars of history that a recurrent encoder has seen when it starts to decide."),
    window: z.int().min(1).max(512).default(1).describe("Bars that the mlp encoder sees at once."),
    hidden_size: width.optional().describe("Width of the market encoding. Without it 128 for gru, 64 for mlp."),
    join_size: width.optional().describe("Width of the layers after the account has joined. Without it 64."),
    join_layers: z.int().min(1).max(16).optional().describe("Number of those layers. Without it 1."),
    separate_critic: z
      .boolean()
      .optional()
      .describe("Whether the value has an encoder of its own. Without it yes for mlp, no for gru."),
    action_space: z
      .enum(ACTION_SPACE_NAMES)
      .default("direction-size")
      .describe(
        'What the policy decides: "direction-size" (hold, long or short, and how much), "target" (flat, or long or short at half or full size), "discrete3" (one symbol: hold, long, short).',
      ),
  })
  .describe("The policy: encoder, sizes, action space.");
