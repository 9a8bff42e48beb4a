export { CLASSIC_PPO, checkPpoSizes, fittingRollout, PPO_DEFAULTS, type PpoConfig } from "./config.ts";
export { type EvaluationOptions, type EvaluationResult, PolicyEvaluator } from "./evaluator.ts";
export { GreedyActor } from "./greedy-actor.ts";
export { Ppo } from "./ppo.ts";
export { requireChoices } from "./pqn.ts";
export type { PpoReport, PpoStart, PpoState } from "./report.ts";
export { constant, linear, type Schedule, scheduled } from "./schedule.ts";
