/** @file What the rows of the gates say together. */
import type { EncoderName, NetworkLearner } from "../../policy/index.ts";
import { GateBound, type GateRow } from "./gate.ts";

export type GateSummary = {
  readonly task: string;
  readonly learner: NetworkLearner;
  readonly encoder: EncoderName;
  readonly figure: string;
  readonly bound: GateBound;
  readonly gate: number;
  readonly seeds: number;
  readonly passedSeeds: number;
  readonly meanShare: number;
  /** Of the seed that came nearest to failing, or failed by most. */
  readonly worstShare: number;
  readonly seconds: number;
};

export type GatesSummary = {
  /** Every row passed, and there was at least one. */
  readonly passed: boolean;
  readonly rows: number;
  readonly passedRows: number;
  readonly failures: readonly GateRow[];
  readonly gates: readonly GateSummary[];
};

export function summarizeGates(rows: readonly GateRow[]): GatesSummary {
  const groups = new Map<string, GateRow[]>();
  for (const row of rows) {
    const key = `${row.task}/${row.learner}/${row.encoder}/${row.figure}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const failures = rows.filter((row) => !row.passed);
  return {
    passed: rows.length > 0 && failures.length === 0,
    rows: rows.length,
    passedRows: rows.length - failures.length,
    failures,
    gates: [...groups.values()].map(summarize),
  };
}

function summarize(rows: readonly GateRow[]): GateSummary {
  const { task, learner, encoder, figure, bound, gate } = rows[0];
  const shares = rows.map((row) => row.share);
  return {
    task,
    learner,
    encoder,
    figure,
    bound,
    gate,
    seeds: rows.length,
    passedSeeds: rows.filter((row) => row.passed).length,
    meanShare: shares.reduce((a, b) => a + b, 0) / shares.length,
    worstShare: bound === GateBound.atLeast ? Math.min(...shares) : Math.max(...shares),
    seconds: rows.reduce((sum, row) => sum + row.seconds, 0),
  };
}
