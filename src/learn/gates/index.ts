export { GateBound, type GateForm, type GateRow } from "./gate.ts";
export { raceToShare } from "./race.ts";
export { GATE_TASKS, type LearningGateOptions, runLearningGates } from "./run.ts";
export { type GateSummary, type GatesSummary, summarizeGates } from "./summarize.ts";
export { CartPole } from "./tasks/cart-pole.ts";
