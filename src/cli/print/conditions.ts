/** @file Conditions of a gate or a comparison, a line each. */
import type { Condition } from "../../promotion/index.ts";

const MARKS = { pass: "ok", fail: "FAILED", inconclusive: "waits" } as const;

export function printConditions(output: { text(line: string): void }, conditions: readonly Condition[]): void {
  for (const { name, figure, wanted, outcome } of conditions) {
    const shown = figure === null ? ": not known" : wanted === "yes" ? "" : `: ${figureText(figure)}, ${wanted}`;
    output.text(`  ${MARKS[outcome].padEnd(7)} ${name}${shown}`);
  }
}

function figureText(figure: number): string {
  // What has no measure, such as a share of nothing.
  if (Math.abs(figure) === Number.MAX_VALUE) return figure > 0 ? "beyond measure" : "below measure";
  return Number.isInteger(figure) ? String(figure) : figure.toPrecision(4);
}
