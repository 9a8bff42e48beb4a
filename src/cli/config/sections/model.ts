/** @file [model]: the policy's network and what it may do. */
import { z } from "zod";

export const modelSection = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, dots, dashes")
      .default("tidemark")
      .describe("Name of the trained model; its versions are numbered."),
    encoder: z
      .enum(["gru", "mlp"])
      .default("gru")
      .describe('How history is read: "gru" carries a memory from bar to bar, "mlp" sees a short window.'),
    sequence_length: z
      .int()
      .min(1)
      .max(4096)
      .default(256)
      .describe("Bars of history the policy has seen when it starts to decide (warm-up of a recurrent encoder)."),
    window: z.int().min(1).max(256).default(8).describe("Bars that the mlp encoder sees at once."),
    hidden_size: z.int().min(4).max(2048).default(128).describe("Units of each hidden layer."),
    layers: z.int().min(1).max(8).default(1).describe("Hidden layers of the encoder."),
    embedding: z.int().min(0).max(256).default(8).describe("Length of the learned symbol embedding; 0 for none."),
    action_space: z
      .enum(["direction-size", "target", "discrete3"])
      .default("direction-size")
      .describe(
        'What the policy decides: "direction-size" (hold, long or short, and how much), "target" (flat, or long or short at half or full size), "discrete3" (one symbol: hold, long, short).',
      ),
  })
  .describe("The policy: encoder, sizes, action space.");
