/**
 * @file Trials in the study's own process. For quick objectives and tests: an objective that computes for long without
 * awaiting anything holds up its neighbours, the study's heartbeat and Ctrl-C.
 */
import type { TrialExecutor } from "./executor.ts";
import { loadObjective } from "./load-objective.ts";
import type { Objective } from "./objective.ts";
import { runObjective } from "./run-objective.ts";

export function inProcessExecutor(): TrialExecutor {
  let ready: Objective | undefined;
  return {
    name: "in-process",
    async start(objective) {
      ready = typeof objective === "function" ? objective : await loadObjective(objective);
    },
    async run(task, hooks, signal) {
      if (ready === undefined) return { kind: "failed", reason: "the executor was not started", lost: false };
      return runObjective(ready, task, hooks, signal);
    },
    async close() {},
  };
}
