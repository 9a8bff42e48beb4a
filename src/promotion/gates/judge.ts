/**
 * @file The gates. A look has three answers: pass, fail, and inconclusive, which waits and never passes. The figures of the
 * trades are those of approved sessions and regimes; the time, the evidence and the looks beside them are what keeps
 * luck out: a hundred trades alone let a third of all strategies without an edge through.
 */
import type { BettingState } from "../evidence/betting.ts";
import type { GateName } from "../stages.ts";
import { atLeast, atMost, type Condition, holds, type Outcome, outcomeOf } from "./condition.ts";
import { costBound, dailySharpe, daysOf, evidenceAfter, pairedScore, type StageRecord, winRateOf } from "./record.ts";
import { type GateSettings, requiredWinRate } from "./settings.ts";

/** The verdict of the evaluation on data that the model has not seen. */
export type ResearchFindings = {
  /** Every condition of the evaluation's own verdict, by name; null where it was not looked at. */
  readonly conditions: Readonly<Record<string, boolean | null>>;
  /** Of a supervised model. */
  readonly brierSkill?: number;
};

export type GateInput = {
  readonly settings: GateSettings;
  readonly record: StageRecord;
  /** Of the recipe before this stage. */
  readonly evidence: BettingState;
  readonly research?: ResearchFindings;
  /** A person has taken the risk of going live without the evidence, at half size or less. */
  readonly accepted?: boolean;
  /** Tripwires that went off in this stage. */
  readonly tripped?: readonly string[];
};

export type GateLook = {
  readonly gate: GateName | "month";
  readonly outcome: Outcome;
  readonly conditions: readonly Condition[];
  readonly evidence: BettingState;
};

export function lookAtGate(gate: GateName, input: GateInput): GateLook {
  const { evidence, record } = input;
  const after = gate === "research" ? evidence : evidenceAfter(evidence, record.trades);
  const conditions = CONDITIONS[gate](input, Math.exp(after.logCapital));
  return { gate, outcome: outcomeOf(conditions), conditions, evidence: after };
}

const CONDITIONS: Readonly<Record<GateName, (input: GateInput, capital: number) => Condition[]>> = {
  research: ({ research }) => [
    ...Object.entries(research?.conditions ?? {}).map(([name, found]) => holds(name, found, true)),
    ...(research?.brierSkill === undefined ? [] : [aboveZero("Brier skill out of sample", research.brierSkill)]),
  ],
  paper: ({ settings, record }, capital) => {
    const { paper } = settings;
    const trades = record.trades.filter(({ approved }) => approved);
    return [
      atLeast("closed trades", trades.length, paper.trades, true),
      atLeast("days", daysOf(record), paper.days, true),
      atLeast("Sharpe ratio", dailySharpe(record.dailyReturns), paper.sharpe),
      atMost("drawdown", record.drawdown, paper.drawdown, true),
      atLeast("win rate", winRateOf(trades), requiredWinRate(settings, paper.winRate, record.bracket)),
      atLeast("evidence", capital, paper.evidence, true),
      replays(record),
      atMost("cost above its model, bps", costBound(record.trades), paper.costBps),
    ];
  },
  shadow: ({ settings: { shadow }, record }) => [
    atLeast("days", daysOf(record), shadow.days, true),
    atMost("errors", record.errors, 0, true),
    replays(record),
    atMost("latency p99, ms", record.latencyP99Ms ?? null, shadow.latencyMs),
    // Without a champion there is nobody to be worse than.
    ...(record.overChampion === undefined
      ? []
      : [atLeast("standard errors over the champion", pairedScore(record.overChampion), -shadow.standardErrors)]),
  ],
  canary: ({ settings: { canary }, record, accepted, tripped = [] }, capital) => [
    atLeast("live trades", record.trades.length, canary.trades, true),
    atLeast("days", daysOf(record), canary.days, true),
    atMost("tripwires", tripped.length, 0, true),
    atMost("cost above its model, bps", costBound(record.trades), canary.costBps),
    accepted === true ? holds("risk accepted by a person", true) : atLeast("evidence", capital, canary.evidence, true),
  ],
};

/** A live model at the end of a month. */
export function lookAtMonth({ settings, record, evidence }: GateInput): GateLook {
  const { live } = settings;
  const conditions = [
    atLeast("Sharpe ratio", dailySharpe(record.dailyReturns), live.sharpe),
    atMost("drawdown", record.drawdown, live.drawdown, true),
    atLeast("win rate", winRateOf(record.trades), requiredWinRate(settings, live.winRate, record.bracket)),
  ];
  return {
    gate: "month",
    outcome: outcomeOf(conditions),
    conditions,
    evidence: evidenceAfter(evidence, record.trades),
  };
}

function replays(record: StageRecord): Condition {
  return atLeast("decisions that replay", record.replayed === 0 ? null : record.replayedEqual / record.replayed, 1);
}

function aboveZero(name: string, figure: number): Condition {
  return { name, figure, wanted: "above 0", outcome: figure > 0 ? "pass" : "fail" };
}
