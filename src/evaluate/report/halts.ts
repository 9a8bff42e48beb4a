/** @file The report's card on limits that left nothing but closing: when each struck, and what became of what was held. */
import { formatMinute } from "../../core/index.ts";
import type { Comparison } from "../evaluation.ts";
import { FigureKind, formatFigure } from "../format.ts";
import { HALT_TEXT, heldText, lastedToTheEnd } from "../halt-text.ts";
import { heldAt } from "../halts.ts";
import { escapeHtml } from "./escape.ts";

/** Stretches that the page lists; the first ones of each limit are in summary.json. */
const LISTED = 40;

export function haltsCard({ policy: { result } }: Comparison): string {
  const records = Object.values(result.halts);
  if (records.length === 0) return "";
  const stretches = [...new Set(records.flatMap(({ first, last }) => [...first, last]))].sort(
    (a, b) => a.fromMs - b.fromMs,
  );
  const all = records.reduce((sum, record) => sum + record.stretches, 0);
  const listed = stretches.length > LISTED ? [...stretches.slice(0, LISTED - 1), ...stretches.slice(-1)] : stretches;
  const rows = listed.map((halt) => {
    const held = heldAt(halt, result.trades).map((trade) => heldText(result, trade));
    const until = lastedToTheEnd(halt, result) ? "the end" : formatMinute(halt.toMs);
    return (
      `<tr><td>${escapeHtml(formatMinute(halt.fromMs))}</td><td class="text">${escapeHtml(until)}</td><td>${formatFigure(halt.bars, FigureKind.count)}</td>` +
      `<td class="text">${escapeHtml(HALT_TEXT[halt.code])} <code>risk.${halt.code}</code></td><td>${formatFigure(halt.equity, FigureKind.money)}</td>` +
      `<td class="neg">${formatFigure(halt.drawdown, FigureKind.change)}</td><td class="text">${held.length === 0 ? "nothing" : escapeHtml(held.join("; "))}</td></tr>`
    );
  });
  const note =
    all > rows.length
      ? `The first ${formatFigure(rows.length - 1, FigureKind.count)} of ${formatFigure(all, FigureKind.count)} times, and the last.`
      : "A policy that sees this asks for nothing new, so that nothing is refused: this is why it did not trade.";
  return (
    `<section class="card"><div class="head"><h2>Limits that left nothing but closing</h2></div><div class="note">${note}</div>` +
    '<div class="scroll"><table class="data wrap"><thead><tr><th>From, UTC</th><th class="text">Until</th><th>Bars</th><th class="text">Why</th><th>Equity</th><th>From the peak</th><th class="text">Held then</th></tr></thead>' +
    `<tbody>${rows.join("")}</tbody></table></div></section>`
  );
}
