/** @file What a study's process and the child that runs a trial tell each other. */
import type { TrialOutcome, TrialTask } from "./executor.ts";
import type { ObjectiveModule } from "./objective.ts";

export type ToChild =
  | { readonly type: "start"; readonly task: TrialTask; readonly objective: ObjectiveModule }
  | { readonly type: "verdict"; readonly report: number; readonly prune: boolean }
  | { readonly type: "stop" };

export type FromChild =
  | { readonly type: "report"; readonly report: number; readonly step: number; readonly value: number }
  | { readonly type: "outcome"; readonly outcome: TrialOutcome };
