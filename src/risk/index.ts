export { type DecisionConfig, RISK_DEFAULTS, type RiskConfig, resolveRiskConfig } from "./config.ts";
export { type DecisionOverrides, decisionConfig } from "./decision-config.ts";
export { DecisionLog, type DecisionRecorder, type DecisionRow } from "./decision-recorder.ts";
export { type DecisionState, DecisionStep, type DecisionStepOptions } from "./decision-step.ts";
export { RiskGate } from "./gate.ts";
export { Permission } from "./permission.ts";
export { barsToClose, costToClose, PortfolioRisk } from "./portfolio-risk.ts";
export { rowWindow } from "./row-window.ts";
export { VERDICT_NAMES, Verdict, verdictNames } from "./verdict.ts";
