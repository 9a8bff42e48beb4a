/** @file Figures of a study from its trials: the best so far, what a parameter matters, axes of the lines. */
import type { Trial } from "../api/contract.ts";
import type { ParallelAxis } from "../charts/parallel-scale.ts";

export function isComplete(trial: Trial): trial is Trial & { readonly value: number } {
  return trial.value !== null && Number.isFinite(trial.value) && trial.state.toLowerCase() === "complete";
}

/** The best value up to each trial, in the order of their numbers. */
export function bestSoFar(trials: readonly Trial[], isMaximum: boolean): number[] {
  let best = Number.NaN;
  return trials.map((trial) => {
    if (isComplete(trial) && (Number.isNaN(best) || (isMaximum ? trial.value > best : trial.value < best)))
      best = trial.value;
    return best;
  });
}

/** Spearman's rank correlation of two columns; NaN where one is constant. Ties share the mean of their ranks. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const x = ranks(a);
  const y = ranks(b);
  const middle = (x.length - 1) / 2;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) ** 2;
    yy += (y[i] - middle) ** 2;
  }
  return xx === 0 || yy === 0 ? Number.NaN : xy / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a] - values[b]);
  const out = values.map(() => 0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]] === values[order[from]]) to++;
    for (let i = from; i <= to; i++) out[order[i]] = (from + to) / 2;
    from = to + 1;
  }
  return out;
}

export type Influence = { readonly name: string; readonly correlation: number };

/** Numeric parameters by how strongly the value goes with them; a picture of direction, not of cause. */
export function influences(trials: readonly Trial[]): Influence[] {
  const done = trials.filter(isComplete);
  const names = [...new Set(done.flatMap(({ params }) => Object.keys(params)))];
  return names
    .map((name) => {
      const pairs = done.filter(({ params }) => typeof params[name] === "number");
      const correlation = rankCorrelation(
        pairs.map(({ params }) => params[name] as number),
        pairs.map(({ value }) => value),
      );
      return { name, correlation };
    })
    .filter(({ correlation }) => !Number.isNaN(correlation))
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation));
}

/** Parameters as axes, the value last; spread over decades they are logarithmic, words are categories. */
export function parallelOf(trials: readonly Trial[]): {
  readonly axes: ParallelAxis[];
  readonly rows: (number | string)[][];
} {
  const done = trials.filter(isComplete);
  const names = [...new Set(done.flatMap(({ params }) => Object.keys(params)))].filter((name) =>
    done.every(({ params }) => params[name] !== undefined),
  );
  const axes = names.map((name): ParallelAxis => {
    const values = done.map(({ params }) => params[name]);
    if (values.every((value): value is number => typeof value === "number")) {
      const low = Math.min(...values);
      return { name, isLog: low > 0 && Math.max(...values) / low > 50 };
    }
    return { name, categories: [...new Set(values.map(String))] };
  });
  const rows = done.map((trial) => [
    ...names.map((name) => {
      const value = trial.params[name];
      return typeof value === "number" ? value : String(value);
    }),
    trial.value,
  ]);
  return { axes: [...axes, { name: "value" }], rows };
}
