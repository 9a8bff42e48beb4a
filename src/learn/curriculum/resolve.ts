/** @file A curriculum from a configuration: checked once, at the door. */
import { checkChoice, checkKeys, checkNumber, checkWhole, configValueError } from "../../core/index.ts";
import { DEFAULT_PHASES, type Phase, scalePhases } from "./phases.ts";
import { SETTING_BOUNDS, SETTING_NAMES, type SettingName } from "./settings.ts";
import { TRANSITION_DEFAULTS, type TransitionRules } from "./transition.ts";

export type Curriculum = {
  readonly phases: readonly Phase[];
  readonly transitions: TransitionRules;
};

/** A phase as it is configured; what it leaves out is as in the phase before, or as in the first default phase. */
export type PhaseInput = Partial<Phase> & Pick<Phase, "name" | "steps">;

export type CurriculumInput = {
  /** Account-steps of all phases together: their budgets are scaled to it. Default: as the phases say. */
  readonly totalSteps?: number;
  /** Default: the nine of DEFAULT_PHASES. */
  readonly phases?: readonly PhaseInput[];
  readonly transitions?: Partial<TransitionRules>;
};

const KNOWN = { totalSteps: 0, phases: 0, transitions: 0 } satisfies Record<keyof CurriculumInput, number>;
const STAGES = ["foundation", "mastery"] as const;
const MAX_STEPS = 1e12;
const MAX_PHASES = 100;

/** Throws CONFIG_UNKNOWN_KEY or CONFIG_VALUE. */
export function resolveCurriculum(input: unknown = {}): Curriculum {
  const given = asRecord("curriculum", input);
  checkKeys("curriculum", given, KNOWN);
  const phases = given["phases"] === undefined ? DEFAULT_PHASES : resolvePhases(given["phases"]);
  const totalSteps = given["totalSteps"];
  if (totalSteps !== undefined) checkWhole("curriculum.totalSteps", totalSteps, phases.length, MAX_STEPS);
  return {
    phases: totalSteps === undefined ? phases : scalePhases(phases, Number(totalSteps)),
    transitions: resolveTransitions(given["transitions"] ?? {}),
  };
}

function resolvePhases(input: unknown): Phase[] {
  if (!Array.isArray(input) || input.length < 1 || input.length > MAX_PHASES) {
    throw configValueError("curriculum.phases", input, `a list of 1 to ${MAX_PHASES} phases`);
  }
  const phases: Phase[] = [];
  const names = new Set<string>();
  for (const [i, item] of input.entries()) {
    const phase = resolvePhase(`curriculum.phases[${i}]`, item, phases.at(-1) ?? DEFAULT_PHASES[0]);
    if (names.has(phase.name)) {
      throw configValueError(`curriculum.phases[${i}].name`, phase.name, "a name that no other phase has");
    }
    names.add(phase.name);
    phases.push(phase);
  }
  return phases;
}

function resolvePhase(key: string, input: unknown, before: Phase): Phase {
  const given = asRecord(key, input);
  checkKeys(key, given, before);
  const { name, steps } = given;
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    throw configValueError(`${key}.name`, name, "a name of small letters, digits and hyphens");
  }
  checkWhole(`${key}.steps`, steps, 1, MAX_STEPS);
  if (given["stage"] !== undefined) checkChoice(`${key}.stage`, given["stage"], STAGES);
  for (const setting of SETTING_NAMES) {
    if (given[setting] !== undefined) checkSetting(`${key}.${setting}`, setting, given[setting]);
  }
  // Every key and value has just been checked.
  return { ...before, ...(definedOnly(given) as Partial<Phase>), name, steps: Number(steps) };
}

/** Throws CONFIG_VALUE unless the setting lies within its bounds. */
export function checkSetting(key: string, setting: SettingName, value: unknown): void {
  const { min, max, whole } = SETTING_BOUNDS[setting];
  if (whole) checkWhole(key, value, min, max);
  else checkNumber(key, value, min, max);
}

function resolveTransitions(input: unknown): TransitionRules {
  const given = asRecord("curriculum.transitions", input);
  checkKeys("curriculum.transitions", given, TRANSITION_DEFAULTS);
  const rules = { ...TRANSITION_DEFAULTS, ...(definedOnly(given) as Partial<TransitionRules>) };
  checkWhole("curriculum.transitions.windowReports", rules.windowReports, 2, 10_000);
  checkWhole("curriculum.transitions.plateauWindows", rules.plateauWindows, 1, 1000);
  checkNumber("curriculum.transitions.plateauAfterShare", rules.plateauAfterShare, 0, 1);
  checkNumber("curriculum.transitions.collapseErrors", rules.collapseErrors, 1, 100);
  checkWhole("curriculum.transitions.collapseWindows", rules.collapseWindows, 1, 1000);
  return rules;
}

function asRecord(key: string, input: unknown): Readonly<Record<string, unknown>> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw configValueError(key, input, "a table of settings");
  }
  return input as Readonly<Record<string, unknown>>;
}

function definedOnly(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
