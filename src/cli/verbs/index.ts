/** @file The verbs, in the order in which help lists them. */
import type { Command } from "commander";
import type { VerbRunner } from "../verb.ts";
import { registerBacktest } from "./backtest.ts";
import { registerBench } from "./bench.ts";
import { registerData } from "./data.ts";
import { registerDemo } from "./demo.ts";
import { registerDoctor } from "./doctor.ts";
import { registerFeatures } from "./features.ts";
import { registerFetch } from "./fetch.ts";
import { registerFull } from "./full.ts";
import { registerImport } from "./import.ts";
import { registerInit } from "./init.ts";
import { registerModels } from "./models.ts";
import { registerReport } from "./report.ts";
import { registerTrain } from "./train.ts";
import { registerTune } from "./tune.ts";
import { registerVerify } from "./verify.ts";
import { registerWorker } from "./worker.ts";

export const VERBS: ReadonlyArray<(program: Command, runner: VerbRunner) => void> = [
  registerDemo,
  registerInit,
  registerFetch,
  registerImport,
  registerData,
  registerFeatures,
  registerTrain,
  registerFull,
  registerTune,
  registerWorker,
  registerBacktest,
  registerModels,
  registerReport,
  registerVerify,
  registerBench,
  registerDoctor,
];
