/** @file What a study's process and the child that runs its trials tell each other. */
import type { TrialOutcome, TrialTask } from "./executor.ts";
import type { ObjectiveModule } from "./objective.ts";

export type ToChild =
  /** `keep`: wait for another one afterwards. */
  | { readonly type: "start"; readonly task: TrialTask; readonly objective: ObjectiveModule; readonly keep: boolean }
  | { readonly type: "verdict"; readonly report: number; readonly prune: boolean }
  | { readonly type: "stop" };

export type FromChild =
  | { readonly type: "report"; readonly report: number; readonly step: number; readonly value: number }
  | { readonly type: "outcome"; readonly outcome: TrialOutcome };
