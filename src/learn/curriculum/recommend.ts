/**
 * @file From the figures of a finished phase to the settings of the next.
 *
 * A learned adjustment is carried on: where the finished phase ran at half of its planned learning rate and was healthy,
 * the next runs at half of its own plan too. So a healthy phase changes nothing, however often it is asked. Adjustments of
 * several phases can't add up without end: none leaves a quarter to four times the plan, nor the bounds of its setting.
 */
import { invariant } from "../../core/index.ts";
import { type PhaseMetrics, type PhaseSummary, summarizePhase } from "./phase-metrics.ts";
import type { Phase } from "./phases.ts";
import { type Change, findings, type Quantity } from "./rules.ts";
import { type PhaseSettings, SETTING_NAMES, type SettingName, withinBounds } from "./settings.ts";
import type { PhaseEnd } from "./transition.ts";

/** Settings of the next phase that differ from its plan. */
export type PhaseOverrides = Partial<PhaseSettings>;

export type FinishedPhase = {
  /** As the curriculum has it. */
  readonly planned: Phase;
  /** With the settings that it ran with. */
  readonly ran: Phase;
  /** The phase that comes after it, as the curriculum has it. */
  readonly next: Phase;
  /** Reports of the finished phase, oldest first, at least one. */
  readonly history: readonly PhaseMetrics[];
  readonly endedBy: PhaseEnd;
};

export type Recommendation = {
  readonly next: PhaseOverrides;
  /** One sentence for each rule that applied, and for what is carried on. */
  readonly reasons: readonly string[];
  readonly summary: PhaseSummary;
};

const SCALE = { min: 0.25, max: 4 } as const;
/** Settings that may start from zero are moved in steps; all others in proportion. */
const STEPPED: ReadonlySet<Quantity> = new Set<Quantity>([
  "featureNoise",
  "priceScale",
  "flipProbability",
  "permuteProbability",
  "shuffleProbability",
  "symbolBalance",
]);

export function recommend(finished: FinishedPhase): Recommendation {
  invariant(finished.history.length > 0, "a finished phase has reports", finished.planned.name);
  const summary = summarizePhase(finished.history);
  const found = findings({ summary, ran: finished.ran, endedBy: finished.endedBy });
  const changes = found.flatMap((finding) => finding.changes);
  const next: { -readonly [K in keyof PhaseOverrides]: PhaseOverrides[K] } = {};
  const carried: string[] = [];
  for (const name of SETTING_NAMES) {
    const quantity = name === "gamma" ? "horizon" : name;
    const own = changes.filter((change) => change.quantity === quantity);
    const value = STEPPED.has(quantity) ? stepped(finished, name, own) : scaled(finished, name, own);
    if (value === finished.next[name]) continue;
    next[name] = value;
    if (own.length === 0) carried.push(name);
  }
  const reasons = found.map((finding) => finding.reason);
  if (carried.length > 0) reasons.push(`Carried on from the phase before: ${carried.join(", ")}.`);
  return { next, reasons, summary };
}

/** The phase with changed settings. */
export function applyOverrides(phase: Phase, overrides: PhaseOverrides): Phase {
  return { ...phase, ...overrides };
}

function scaled({ planned, ran, next }: FinishedPhase, name: SettingName, changes: readonly Change[]): number {
  const toQuantity = name === "gamma" ? horizonOf : identity;
  const plan = toQuantity(next[name]);
  const before = toQuantity(planned[name]);
  const was = toQuantity(ran[name]);
  if (changes.length === 0 && was === before) return next[name];
  const from = Math.max(plan, ...changes.map((change) => change.from ?? 0));
  const earlier = before > 0 ? was / before : 1;
  const factor = changes.reduce((product, change) => product * (change.factor ?? 1), earlier);
  const wanted = from * Math.min(SCALE.max, Math.max(SCALE.min, factor));
  return withinBounds(name, name === "gamma" ? gammaOf(wanted) : short(wanted));
}

function stepped({ planned, ran, next }: FinishedPhase, name: SettingName, changes: readonly Change[]): number {
  const step = changes.reduce((sum, change) => sum + (change.step ?? 0), ran[name] - planned[name]);
  return step === 0 ? next[name] : withinBounds(name, short(next[name] + step));
}

function identity(value: number): number {
  return value;
}

function horizonOf(gamma: number): number {
  return 1 / (1 - gamma);
}

function gammaOf(horizon: number): number {
  return Number((1 - short(1 / horizon)).toPrecision(6));
}

/** Three digits: these are settings that people read. */
function short(value: number): number {
  return Number(value.toPrecision(3));
}
