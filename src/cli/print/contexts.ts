/** @file The approval of sessions and regimes on the terminal. */
import type { ApprovedWalk } from "../../app/index.ts";

function bps(mean: number): string {
  return `${(mean * 1e4).toFixed(1)} bps`;
}

/** Where it may trade from now on, and what the way of choosing that was worth on windows that had not been seen. */
export function contextLines({ approval, chosen, all, model }: ApprovedWalk): string[] {
  const { cells, pooled } = approval;
  const approved = cells.filter((cell) => cell.approved);
  return [
    `\ncontexts    ${approved.length} of ${cells.length} sessions by regimes are approved${pooled ? "" : ": all trades together do not pass"}`,
    ...cells.map(
      ({ name, n, mean, shrunk, probability, approved: may }) =>
        `            ${may ? "+" : "-"} ${name.padEnd(24)} ${String(n).padStart(5)} trades, ${bps(mean)} each, ${bps(shrunk)} after shrinkage, above costs with ${Math.round(100 * probability)} %`,
    ),
    `            chosen by the windows before: ${chosen.trades} trades, ${bps(chosen.mean)} each; all of the same windows: ${all.trades}, ${bps(all.mean)}`,
    ...(model === undefined ? [] : [`model       ${model} opens positions in approved contexts alone`]),
  ];
}
