/** Trials of trainings: what a search of the hyper-parameters runs, here and on other machines. */
export { type MarketRequest, openRequestedMarket } from "./market-request.ts";
export { type PlanBoard, type PostedPlan, planBoard } from "./plan-board.ts";
export { LOOKS_NOTE, looksOf, TRIAL_OBJECTIVES, type TrialLooks } from "./score.ts";
export { type TrialTraining, trainTrial } from "./train-trial.ts";
