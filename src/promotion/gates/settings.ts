/** @file The gates' figures. They are settings; changing one in the middle of a stage begins the stage anew. */
import { checkNumber, checkWhole, fingerprint } from "../../core/index.ts";
import type { GateName } from "../stages.ts";

export type GateSettings = {
  readonly paper: {
    readonly trades: number;
    readonly sharpe: number;
    readonly drawdown: number;
    readonly winRate: number;
    readonly days: number;
    /** Capital of the betting process, all evidence of the recipe together. */
    readonly evidence: number;
    /** How far the measured cost may lie above the modeled one, in basis points of notional. */
    readonly costBps: number;
    readonly everyDays: number;
  };
  readonly shadow: {
    readonly days: number;
    readonly latencyMs: number;
    /** The paired daily difference to the champion may be this many standard errors below zero. */
    readonly standardErrors: number;
    readonly everyDays: number;
  };
  readonly canary: {
    readonly trades: number;
    readonly days: number;
    readonly evidence: number;
    readonly costBps: number;
    readonly everyDays: number;
  };
  readonly live: { readonly sharpe: number; readonly drawdown: number; readonly winRate: number };
  /** "absolute" takes the rates as they stand; "break-even" takes stop / (stop + target) plus two points where both are known. */
  readonly winRule: "absolute" | "break-even";
};

export const GATE_DEFAULTS: GateSettings = {
  paper: { trades: 100, sharpe: 1, drawdown: 0.08, winRate: 0.52, days: 30, evidence: 4, costBps: 1, everyDays: 7 },
  shadow: { days: 7, latencyMs: 50, standardErrors: 2, everyDays: 1 },
  canary: { trades: 50, days: 14, evidence: 20, costBps: 1, everyDays: 7 },
  live: { sharpe: 0.8, drawdown: 0.12, winRate: 0.5 },
  winRule: "absolute",
};

/** Throws CONFIG_VALUE. */
export function checkGates(settings: GateSettings): void {
  for (const stage of ["paper", "canary"] as const) {
    checkWhole(`promotion.${stage}.trades`, settings[stage].trades, 1, 1_000_000);
    checkNumber(`promotion.${stage}.evidence`, settings[stage].evidence, 1, 1e9);
    checkNumber(`promotion.${stage}.cost_bps`, settings[stage].costBps, 0, 1000);
  }
  for (const stage of ["paper", "shadow", "canary"] as const) {
    checkWhole(`promotion.${stage}.days`, settings[stage].days, 0, 3650);
    checkWhole(`promotion.${stage}.every_days`, settings[stage].everyDays, 1, 365);
  }
  for (const stage of ["paper", "live"] as const) {
    checkNumber(`promotion.${stage}.sharpe`, settings[stage].sharpe, -100, 100);
    checkNumber(`promotion.${stage}.drawdown`, settings[stage].drawdown, 0, 1);
    checkNumber(`promotion.${stage}.win_rate`, settings[stage].winRate, 0, 1);
  }
  checkNumber("promotion.shadow.latency_ms", settings.shadow.latencyMs, 1, 60_000);
  checkNumber("promotion.shadow.standard_errors", settings.shadow.standardErrors, 0, 100);
}

/** Days between two looks at a gate. */
export function everyDays(settings: GateSettings, gate: GateName): number {
  return gate === "research" ? 0 : settings[gate].everyDays;
}

export function gatesFingerprint(settings: GateSettings): string {
  return fingerprint(settings);
}

/** The win rate that a bracket must reach: its own break-even plus two points, where the rule says so and it is known. */
export function requiredWinRate(
  { winRule }: Pick<GateSettings, "winRule">,
  rate: number,
  bracket: { readonly stop: number; readonly target: number } | undefined,
): number {
  if (winRule === "absolute" || bracket === undefined || bracket.stop === bracket.target) return rate;
  return bracket.stop / (bracket.stop + bracket.target) + 0.02;
}
