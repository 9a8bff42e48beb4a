/** @file How well moods are told: accuracy, and the mean of the classes' F1 scores, to which every class counts alike. */
import { MOODS, type Mood } from "./score.ts";

export type MoodFigures = {
  readonly rows: number;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly byMood: Readonly<Record<Mood, { readonly precision: number; readonly recall: number; readonly f1: number }>>;
};

export function measureMoods(told: readonly Mood[], labels: readonly Mood[]): MoodFigures {
  const right = told.filter((mood, i) => mood === labels[i]).length;
  const rows = MOODS.map((mood) => {
    const hits = told.filter((t, i) => t === mood && labels[i] === mood).length;
    const precision = ratio(hits, told.filter((t) => t === mood).length);
    const recall = ratio(hits, labels.filter((label) => label === mood).length);
    return [mood, { precision, recall, f1: ratio(2 * precision * recall, precision + recall) }] as const;
  });
  return {
    rows: labels.length,
    accuracy: ratio(right, labels.length),
    macroF1: rows.reduce((sum, [, { f1 }]) => sum + f1, 0) / MOODS.length,
    byMood: Object.fromEntries(rows) as MoodFigures["byMood"],
  };
}

function ratio(a: number, b: number): number {
  return b > 0 ? a / b : 0;
}
