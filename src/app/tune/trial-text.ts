/** @file A trial in words: one line for each that ends. */
import { type ParameterImportance, type SearchSpace, type Trial, TrialState } from "../../search/index.ts";

/** Parameters that are shown where nothing is known of their importance, and how many are. */
const FIRST_SHOWN = ["encoder", "learning_rate", "hidden_size", "gamma", "direction_entropy", "rollout"];
const MOST_SHOWN = 6;
const LONGEST_REASON = 160;

export const STATE_NAMES: ReadonlyMap<TrialState, string> = new Map(
  Object.entries(TrialState).map(([name, state]) => [state, name]),
);

/** 0.0000123456 as "1.23e-5", 0.98765 as "0.988". */
export function figure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const small = Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6;
  return small ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

/** What a search wants more of, as people read it. */
export type ScoreWords = { readonly unit: string; readonly text: (value: number) => string };

/** A mean reward in basis points a bar: where the reward is the log return, what a bar earns. The others as they are. */
export function scoreWords(wanted: string): ScoreWords {
  if (wanted === "mean-reward") return { unit: "bp a bar", text: (value) => figure(value * 1e4) };
  return { unit: wanted, text: figure };
}

export function parameterText(trial: Trial, name: string): string {
  const value = trial.params[name];
  if (value === undefined) return "";
  return typeof value === "number" && !Number.isInteger(value) ? figure(value) : String(value);
}

/** Names of the parameters that tell most, most telling first; all of them where asked for. */
export function shownParameters(
  space: SearchSpace,
  importance: readonly ParameterImportance[],
  all: boolean,
): readonly string[] {
  const names = Object.keys(space);
  const known = importance.filter(({ share }) => share > 0).map(({ name }) => name);
  const ordered = [...new Set([...known, ...FIRST_SHOWN, ...names])].filter((name) => names.includes(name));
  return all ? ordered : ordered.slice(0, MOST_SHOWN);
}

/** Why a trial failed. */
export function failReason(trial: Trial): string | undefined {
  const reason = trial.userAttributes["fail_reason"];
  return typeof reason === "string" ? reason : undefined;
}

/** A trial that has ended, in one line. */
export function trialLine(trial: Trial, names: readonly string[], { unit, text }: ScoreWords): string {
  const state = STATE_NAMES.get(trial.state) ?? "";
  const head = `trial ${String(trial.number).padStart(3)}  ${state.padEnd(8)}`;
  if (trial.state === TrialState.failed)
    return `${head}  ${(failReason(trial) ?? "").split("\n")[0].slice(0, LONGEST_REASON)}`;
  const score = trial.value === undefined ? "" : `${text(trial.value)} ${unit}`;
  return [head, score.padStart(9 + unit.length), ...names.map((name) => `${name} ${parameterText(trial, name)}`)].join(
    "  ",
  );
}
