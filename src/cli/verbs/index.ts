/** @file The verbs, in the order in which help lists them. */
import type { Command } from "commander";
import type { VerbRunner } from "../verb.ts";
import { registerDoctor } from "./doctor.ts";
import { registerFeatures } from "./features.ts";
import { registerInit } from "./init.ts";

export const VERBS: ReadonlyArray<(program: Command, runner: VerbRunner) => void> = [
  registerInit,
  registerFeatures,
  registerDoctor,
];
