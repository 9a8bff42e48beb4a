/** @file The report's cards on what the positions put at risk: parts of value at risk, closing, venues, moves of all prices. */
import { DAY_MS, formatMinute, HOUR_MS, MINUTE_MS } from "../../core/index.ts";
import type { Comparison } from "../evaluation.ts";
import { FigureKind, formatFigure, NOT_AVAILABLE } from "../format.ts";
import type { PortfolioRiskReport } from "../portfolio-risk.ts";
import { escapeHtml } from "./escape.ts";

const change = (value: number): string => formatFigure(value, FigureKind.change);
const plain = (value: number): string => formatFigure(value, FigureKind.change).replace(/^\+/, "");

/** "3.2 h": a span in the unit that its size deserves; "below a minute" for next to nothing. */
export function spanText(ms: number | null): string {
  if (ms === null) return NOT_AVAILABLE;
  if (ms === 0) return "0";
  if (ms < MINUTE_MS) return "< 1 min";
  const unit =
    ms < 2 * HOUR_MS
      ? ([MINUTE_MS, "min"] as const)
      : ms < 2 * DAY_MS
        ? ([HOUR_MS, "h"] as const)
        : ([DAY_MS, "d"] as const);
  const [size, name] = unit;
  return `${(ms / size).toFixed(ms / size < 10 ? 1 : 0)} ${name}`;
}

/** A share that may be tiny: "0.0012 %". */
function fineShare(value: number | null): string {
  if (value === null) return NOT_AVAILABLE;
  const percent = value * 100;
  return percent > 0 && percent < 0.01 ? `${percent.toPrecision(2)} %` : plain(value);
}

function line(cells: readonly string[], open: string): string {
  return `${open}${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
}

function table(
  heads: ReadonlyArray<readonly [name: string, title?: string]>,
  rows: readonly string[][],
  last?: string[],
): string {
  const head = heads
    .map(([name, title]) => `<th${title === undefined ? "" : ` title="${escapeHtml(title)}"`}>${escapeHtml(name)}</th>`)
    .join("");
  const body = rows.map((cells) => line(cells, "<tr>")).join("");
  const foot = last === undefined ? "" : line(last, '<tr class="total">');
  return `<div class="scroll"><table class="data"><thead><tr>${head}</tr></thead><tbody>${body}${foot}</tbody></table></div>`;
}

function card(title: string, note: string, body: string): string {
  return `<section class="card"><div class="head"><h2>${title}</h2></div><div class="note">${escapeHtml(note)}</div>${body}</section>`;
}

function partsTable({ parts, valueAtRisk, meanValueAtRisk }: PortfolioRiskReport): string {
  const rows = parts.map(({ symbol, weight, volatility, marginal, component, meanComponent }) => [
    symbol,
    formatFigure(weight, FigureKind.times),
    plain(volatility),
    change(marginal),
    change(component),
    valueAtRisk > 0 ? formatFigure(component / valueAtRisk, FigureKind.share) : NOT_AVAILABLE,
    change(meanComponent),
  ]);
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  const total = [
    "All together",
    formatFigure(weight, FigureKind.times),
    "",
    "",
    change(valueAtRisk),
    "100.0 %",
    change(meanValueAtRisk),
  ];
  return table(
    [
      ["Symbol"],
      ["Weight", "Signed notional over equity"],
      ["Volatility", "Standard deviation of a day, from the last day's bars"],
      ["Marginal", "What one more equity's worth of the symbol would add to the value at risk"],
      ["Component", "The position's own part of the value at risk: weight times marginal. A hedge's is below zero"],
      ["Part"],
      ["Mean component", "Over all closes at which anything was held"],
    ],
    rows,
    total,
  );
}

function exitsTable({ exits, exit }: PortfolioRiskReport, barMs: number): string {
  const rows = exits.map(({ symbol, notional, shareOfDay, bars, cost, costOfEquity, atMs }) => [
    symbol,
    formatFigure(notional, FigureKind.money),
    fineShare(shareOfDay),
    spanText(bars === null ? null : bars * barMs),
    fineShare(cost),
    fineShare(costOfEquity),
    formatMinute(atMs),
  ]);
  const time = spanText(exit.bars === null ? null : exit.bars * barMs);
  return table(
    [
      ["Symbol"],
      ["Position", "Notional of the position that was hardest to close, account currency"],
      ["Of a day's volume"],
      ["Time to close", "At the allowed share of an average bar's volume"],
      ["Cost at once", "Of the position: fee and impact"],
      ["Of equity"],
      ["When, UTC"],
    ],
    rows,
    ["All at once", "", "", time, "", fineShare(exit.costOfEquity), ""],
  );
}

function venuesTable({ venues }: PortfolioRiskReport): string {
  return table(
    [["Venue"], ["Symbols"], ["Greatest"], ["When, UTC"], ["Mean"]],
    venues.map(({ venue, symbols, greatest, atMs, mean }) => [
      venue,
      formatFigure(symbols.length, FigureKind.count),
      formatFigure(greatest, FigureKind.times),
      formatMinute(atMs),
      formatFigure(mean, FigureKind.times),
    ]),
  );
}

function movesTable({ moves }: PortfolioRiskReport): string {
  return table(
    [
      ["All prices move by", "In the direction that is worse for what was held"],
      ["Greatest loss"],
      ["Mean loss"],
      ["Each against it", "Every position is moved against at once: longs fall, shorts rise"],
    ],
    moves.map(({ move, greatest, mean, allAgainst }) => [plain(move), plain(greatest), plain(mean), plain(allAgainst)]),
  );
}

export function portfolioRiskCards({ policy, risk }: Comparison): string {
  if (risk === undefined || risk === null) return "";
  const { barMs, currency } = policy.result;
  const worst = `${plain(risk.valueAtRisk)} of equity at ${formatMinute(risk.atMs)} UTC (expected shortfall ${plain(risk.shortfall)}), ${plain(risk.meanValueAtRisk)} on average`;
  return (
    card(
      "Value at risk by position",
      `Of a day at 99 %: ${worst}. From volatilities of the last day and correlations of the last week, as the limits of [risk] measure it; components sum to the whole. The columns are of the riskiest close.`,
      partsTable(risk),
    ) +
    card(
      "Time and cost to close",
      `Each position where it was hardest to close, in ${currency}: at ${plain(risk.exitParticipation)} of an average bar's volume, or at once for the fee and ${formatFigure(risk.exitImpact, FigureKind.ratio)} daily deviations times the root of its share of a day's volume.`,
      exitsTable(risk, barMs),
    ) +
    '<div class="two">' +
    card("Exposure by venue", "Notional over equity: what is at stake if the venue fails.", venuesTable(risk)) +
    card("Loss in a move of all prices", "Share of equity, before any stop acts.", movesTable(risk)) +
    "</div>"
  );
}

/** One line for the terminal. */
export function portfolioRiskLine({ policy, risk }: Comparison): string | undefined {
  if (risk === undefined || risk === null) return undefined;
  const { bars, costOfEquity } = risk.exit;
  const time = bars === null ? "in a time that no volume tells" : `in ${spanText(bars * policy.result.barMs)}`;
  const half = risk.moves.find(({ move }) => move === 0.2);
  const moved = half === undefined ? "" : `; a move of all prices by 20 % costs up to ${plain(half.greatest)}`;
  return (
    `value at risk of a day at 99 %: up to ${plain(risk.valueAtRisk)} of equity, ${plain(risk.meanValueAtRisk)} on average; ` +
    `all can be closed ${time} or at once for ${fineShare(costOfEquity)}${moved}`
  );
}
