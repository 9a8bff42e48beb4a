/** @file The figures of a result in words and units: which are shares, which ratios, which counts. */
import type { Result } from "../api/contract.ts";
import { figure, percent, ratio } from "../lib/format.ts";

export const KIND_WORDS: Readonly<Record<Result["kind"], string>> = {
  walkforward: "Walk-forward",
  kfold: "Purged k-fold",
  cpcv: "Combinatorial splits",
  stress: "Stress",
  bias: "Bias",
  drift: "Drift",
  parity: "Parity",
};

const SHARES = new Set([
  "totalReturn",
  "holdReturn",
  "maxDrawdown",
  "profitableWindows",
  "overfitting",
  "worstPathReturn",
  "worstEquity",
  "explainedByHour",
  "featuresBeyond",
  "outputsBeyond",
  "rowsBehindGate",
]);
const RATIOS = new Set(["sharpe", "worstPathSharpe", "symmetry"]);

/** "maxDrawdown" as "max drawdown". */
export function figureName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function figureText(key: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return SHARES.has(key) ? percent(value) : RATIOS.has(key) ? ratio(value) : figure(value);
}

export type FigureRow = {
  readonly key: string;
  readonly values: readonly (number | null)[];
  /** Whether they are not all the same. */
  readonly differs: boolean;
};

/** Every figure that any of the results has, in the order of the first. */
export function sideBySide(results: readonly Result[]): FigureRow[] {
  const keys = [...new Set(results.flatMap(({ figures }) => Object.keys(figures)))];
  return keys.map((key) => {
    const values = results.map(({ figures }) => figures[key] ?? null);
    return { key, values, differs: values.some((value) => value !== values[0]) };
  });
}
