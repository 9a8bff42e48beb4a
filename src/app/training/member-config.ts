/** @file What the networks of a training are trained with: one of them, or the members of an ensemble. */
import { changedConfig } from "../config/changed.ts";
import type { Config } from "../config/load.ts";

/** The configuration that a network is trained with: that of the members, where it asks for an ensemble. */
export function memberConfig(config: Config): Config {
  const { learner, memberLearner } = config.model;
  return learner === "ensemble" ? changedConfig(config, { "model.learner": memberLearner }) : config;
}

/** Seeds of the networks that are trained: the given one and those after it. */
export function memberSeeds({ model }: Config, seed: number): number[] {
  return Array.from({ length: model.learner === "ensemble" ? model.members : 1 }, (_, k) => seed + k);
}
