/** @file What differs between runs: their settings, and the values of a curve at a step. */

export type Difference = { readonly key: string; readonly values: readonly string[]; readonly differs: boolean };

function textOf(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Every setting of every run by its name; `differs` where two of them have different values. */
export function differences(runs: readonly Readonly<Record<string, unknown>>[]): Difference[] {
  const keys = [...new Set(runs.flatMap((settings) => Object.keys(settings)))].sort();
  return keys.map((key) => {
    const values = runs.map((settings) => textOf(settings[key]));
    return { key, values, differs: values.some((value) => value !== values[0]) };
  });
}

/** The last value at or before a step; NaN where there is none. */
export function valueAtStep(steps: ArrayLike<number>, values: ArrayLike<number>, step: number): number {
  let found = Number.NaN;
  for (let i = 0; i < steps.length && steps[i] <= step; i++) if (!Number.isNaN(values[i])) found = values[i];
  return found;
}

/** Curves of several runs over all their steps together; a run has gaps where only others have a value. */
export function overlay(runs: readonly { readonly steps: ArrayLike<number>; readonly values: ArrayLike<number> }[]): {
  readonly x: number[];
  readonly curves: number[][];
} {
  const x = [...new Set(runs.flatMap(({ steps }) => Array.from(steps)))].sort((a, b) => a - b);
  const at = new Map(x.map((step, index) => [step, index]));
  const curves = runs.map(({ steps, values }) => {
    const curve = x.map(() => Number.NaN);
    for (let i = 0; i < steps.length; i++) curve[at.get(steps[i]) as number] = values[i];
    return curve;
  });
  return { x, curves };
}
