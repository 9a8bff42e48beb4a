/** @file [paths]: where results are written. */
import { z } from "zod";

export const pathsSection = z
  .strictObject({
    models: z.string().min(1).default("models").describe("Trained models: one folder a name, one a version."),
    runs: z.string().min(1).default("runs").describe("Training runs: configuration, metrics, checkpoints."),
    reports: z.string().min(1).default("reports").describe("Backtest reports."),
  })
  .describe("Folders of what is made, relative to this file.");
