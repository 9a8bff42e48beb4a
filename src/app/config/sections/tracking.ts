/** @file [tracking]: where a training is told beside its own record. */
import { z } from "zod";

/** An address of a server, without a name or password in it. */
const server = /^https?:\/\/[^@\s]+$/;

export const trackingSection = z
  .strictObject({
    tensorboard: z
      .boolean()
      .default(true)
      .describe("Whether each run writes TensorBoard event files into its folder: tensorboard --logdir runs."),
    mlflow_uri: z
      .string()
      .regex(server, "an http or https address without a name or password")
      .optional()
      .describe(
        'Address of an MLflow tracking server, such as "http://localhost:5000". MLFLOW_TRACKING_URI wins over it; credentials are read from the environment or from .env only. Without either nothing is sent.',
      ),
    mlflow_experiment: z
      .string()
      .min(1)
      .default("tidemark")
      .describe("Name of the MLflow experiment; MLFLOW_EXPERIMENT_NAME wins over it."),
  })
  .describe("Tracking of trainings. Each run's own record (metrics.jsonl) is always written.");
