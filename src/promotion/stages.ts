/** @file The stages of a model, and which way leads from one to another. */

/** Upward. A model trades money from canary on. */
export const STAGES = ["candidate", "paper", "shadow", "canary", "live"] as const;
export type Stage = (typeof STAGES)[number];

export function rankOf(stage: Stage): number {
  return STAGES.indexOf(stage);
}

/** The gate that leads up into a stage; a candidate needs none. */
export type GateName = "research" | "paper" | "shadow" | "canary";

const GATE_INTO: Readonly<Record<Exclude<Stage, "candidate">, GateName>> = {
  paper: "research",
  shadow: "paper",
  canary: "shadow",
  live: "canary",
};

/** The gate between `from` and the stage above it; undefined for a live model. */
export function gateAbove(
  from: Stage,
): { readonly to: Exclude<Stage, "candidate">; readonly gate: GateName } | undefined {
  const to = STAGES[rankOf(from) + 1];
  return to === undefined || to === "candidate" ? undefined : { to, gate: GATE_INTO[to] };
}
