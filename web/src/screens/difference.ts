/** @file What differs between runs: the values of a curve at a step, and curves over each other. */

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

/** A row a run with its values of every setting that is compared; every word of what is sought is somewhere in it. */
export function settingRows(
  {
    runs,
    items,
  }: { readonly runs: readonly string[]; readonly items: readonly { readonly values: readonly string[] }[] },
  sought: string | null,
): Array<{ readonly id: string; readonly values: readonly string[] }> {
  const words = (sought ?? "").toLowerCase().split(" ");
  return runs
    .map((id, at) => ({ id, values: items.map(({ values }) => values[at]) }))
    .filter(({ id, values }) => {
      const text = [id, ...values].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
}

/** A number where the text is one: 10 comes after 9. */
export function sortKey(text: string): string | number {
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
