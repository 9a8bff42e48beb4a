/**
 * From candidate to live and back: a registry that remembers every step, gates with figures, evidence that may be looked
 * at every day, tripwires, and drift that is calibrated on each feature's own history.
 */
export { type Approval, approveCells, type Cell } from "./contexts/approval.ts";
export {
  calibrateDrift,
  DRIFT_DEFAULTS,
  type DriftLimits,
  type DriftSettings,
  type DriftWeek,
  driftWeeks,
} from "./drift/calibration.ts";
export { DissimilarityIndex } from "./drift/distance.ts";
export { DRIFT_ACTIONS, type DriftAction, type DriftFindings, driftAction } from "./drift/outputs.ts";
export { GATED_DAY, ROW_GATE, RowGate } from "./drift/row-gate.ts";
export { calibrateScore, type ScoreColumn, type ScoreLimit, scoreWeeks } from "./drift/scores.ts";
export { kolmogorovSmirnov, kolmogorovTail, populationStability } from "./drift/statistics.ts";
export { type BettingState, bet, FRESH_BETTING, openingCapital } from "./evidence/betting.ts";
export { ConfidenceSequence, MixtureTest } from "./evidence/sequences.ts";
export { type Condition, Outcome } from "./gates/condition.ts";
export { Answer, answerToMonth, HarmDetectors, type MonthInput, stepped } from "./gates/degrade.ts";
export { type GateInput, type GateLook, lookAtGate, lookAtMonth, type ResearchFindings } from "./gates/judge.ts";
export { type ClosedTrade, dailySharpe, daysOf, type StageRecord, winRateOf } from "./gates/record.ts";
export { checkGates, everyDays, GATE_DEFAULTS, type GateSettings, gatesFingerprint } from "./gates/settings.ts";
export { type CanaryFact, TRIPWIRE_DEFAULTS, type TripwireSettings, Tripwires } from "./gates/tripwires.ts";
export type { EventBody, RegistryEvent, Subject } from "./registry/event.ts";
export { Registry } from "./registry/registry.ts";
export type { Pointers, RegistryState, Standing } from "./registry/state.ts";
export {
  judgeRetraining,
  multiplierByAge,
  type RetrainingFindings,
  type RetrainingVerdict,
} from "./retraining/judge.ts";
export { type Journey, passPaperGate, simulateJourneys } from "./simulation/simulate.ts";
export type { Strategy } from "./simulation/strategy.ts";
export { type GateName, gateAbove, STAGES, type Stage } from "./stages.ts";
export { type TradingTerms, tradingTerms } from "./terms.ts";
