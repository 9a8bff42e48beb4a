/** @file Results as plain aligned text. Colour, where wanted, is the command line's. */
import type { Evaluation } from "./evaluation.ts";
import { KEY_METRICS, METRIC_GROUPS, metricReason, metricText } from "./metrics.ts";

/** Rows of cells as lines: the first column to the left, the others to the right, two spaces between. */
export function alignColumns(rows: ReadonlyArray<readonly string[]>): string[] {
  const widths = rows.reduce<number[]>((most, row) => {
    row.forEach((cell, column) => {
      most[column] = Math.max(most[column] ?? 0, cell.length);
    });
    return most;
  }, []);
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd(),
  );
}

/** Why figures of a table are not available, each reason once. */
function reasonLines(
  evaluations: readonly Evaluation[],
  metrics: ReadonlyArray<(typeof KEY_METRICS)[number]>,
): string[] {
  const reasons = evaluations.flatMap(({ statistics }) =>
    metrics.flatMap((metric) => metricReason(metric, statistics) ?? []),
  );
  return [...new Set(reasons)].map((reason) => `n/a: ${reason}`);
}

/** One line a strategy with the key figures, the judged one first; fits 80 columns. */
export function formatTable(evaluations: readonly Evaluation[]): string {
  const head = ["", ...KEY_METRICS.map((metric) => metric.short ?? metric.label)];
  const rows = evaluations.map(({ result, statistics }) => [
    result.name,
    ...KEY_METRICS.map((metric) => metricText(metric, statistics)),
  ]);
  const lines = alignColumns([head, ...rows]);
  const rule = "-".repeat(lines.reduce((most, line) => Math.max(most, line.length), 0));
  return [lines[0], rule, ...lines.slice(1), ...reasonLines(evaluations, KEY_METRICS)].join("\n");
}

/** Every statistic, one line each, a column for every strategy. */
export function formatStatistics(evaluations: readonly Evaluation[]): string {
  const rows: string[][] = [["", ...evaluations.map(({ result }) => result.name)]];
  for (const group of METRIC_GROUPS) {
    rows.push([], [group.title.toUpperCase()]);
    for (const metric of group.metrics) {
      rows.push([`  ${metric.label}`, ...evaluations.map(({ statistics }) => metricText(metric, statistics))]);
    }
  }
  const all = METRIC_GROUPS.flatMap(({ metrics }) => metrics);
  return [...alignColumns(rows), ...reasonLines(evaluations, all)].join("\n");
}
