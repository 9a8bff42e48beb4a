/** @file Where the result came from: trades by side, session, hour, regime and holding time; and how far the figures could be others. */
import type { MarketTape } from "../../market/index.ts";
import type { Comparison, Evaluation } from "../evaluation.ts";
import { FigureKind, formatFigure, NOT_AVAILABLE } from "../format.ts";
import { hourOf, REGIMES, regimesOf, SESSIONS, sessionsAt } from "../groups.ts";
import type { IntervalName } from "../intervals.ts";
import type { Trade } from "../trades.ts";
import { escapeHtml } from "./escape.ts";

type Part = { readonly kind: string; readonly name: string; readonly trades: readonly Trade[] };

const HOURS = 4;

/** The trades of a run in parts, the empty ones left out. A trade belongs to the bar after which it was decided. */
function partsOf({ result }: Evaluation, tape: MarketTape): Part[] {
  const { trades, instruments, from, to } = result;
  const S = instruments.length;
  const regimes = trades.length === 0 ? new Uint8Array(0) : regimesOf(tape, from, to);
  const regimeOf = ({ entryBar, symbol }: Trade): number => regimes[Math.max(0, entryBar - 1 - from) * S + symbol];
  const held = trades.map(({ barsHeld }) => barsHeld).sort((a, b) => a - b);
  const bound = (share: number): number => held[Math.floor(share * (held.length - 1))] ?? 0;
  const bounds = [...new Set([bound(0.25), bound(0.5), bound(0.75)])];
  const part = (kind: string, name: string, chosen: (trade: Trade) => boolean): Part => ({
    kind,
    name,
    trades: trades.filter(chosen),
  });
  const spans = [...bounds, Number.POSITIVE_INFINITY].map((high, i) => [i === 0 ? -1 : bounds[i - 1], high] as const);
  return [
    ...["long", "short"].map((side) => part("Side", side, (trade) => trade.side === side)),
    ...REGIMES.map((name, r) => part("Regime at the decision", name, (trade) => regimeOf(trade) === r)),
    ...SESSIONS.map(({ name }) =>
      part("Session of the entry", name, (trade) => sessionsAt(trade.entryMs).includes(name)),
    ),
    ...Array.from({ length: 24 / HOURS }, (_, i) =>
      part(
        "Hour of the entry, UTC",
        `${i * HOURS} to ${(i + 1) * HOURS}`,
        ({ entryMs }) => Math.floor(hourOf(entryMs) / HOURS) === i,
      ),
    ),
    ...spans.map(([low, high]) =>
      part("Bars held", spanText(low, high), ({ barsHeld }) => barsHeld > low && barsHeld <= high),
    ),
  ].filter((found) => found.trades.length > 0);
}

function spanText(low: number, high: number): string {
  if (low < 0) return `up to ${high}`;
  return high === Number.POSITIVE_INFINITY ? `more than ${low}` : `${low + 1} to ${high}`;
}

/** Net profit and win rate of each part. */
export function attributionCard({ policy }: Comparison, tape: MarketTape): string {
  const parts = partsOf(policy, tape);
  if (parts.length === 0) return "";
  let kind = "";
  const rows = parts.map((part) => {
    const net = part.trades.reduce((sum, { netProfit }) => sum + netProfit, 0);
    const wins = part.trades.filter(({ netProfit }) => netProfit > 0).length;
    const group = part.kind === kind ? "" : `<tr class="group"><th colspan="5">${escapeHtml(part.kind)}</th></tr>`;
    kind = part.kind;
    const cells = [
      formatFigure(part.trades.length, FigureKind.count),
      formatFigure(wins / part.trades.length, FigureKind.share),
      formatFigure(net / part.trades.length, FigureKind.money),
    ];
    return `${group}<tr><td>${escapeHtml(part.name)}</td>${cells.map((text) => `<td>${text}</td>`).join("")}<td class="${net > 0 ? "pos" : net < 0 ? "neg" : ""}">${formatFigure(net, FigureKind.money)}</td></tr>`;
  });
  return (
    '<section class="card"><div class="head"><h2>What won and what lost</h2></div><div class="note">Net of fees and funding. Regimes and hours are those that were known when it decided; sessions overlap.</div>' +
    `<div class="scroll"><table class="data"><thead><tr><th></th><th>Trades</th><th>Win rate</th><th>Mean</th><th>Net</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`
  );
}

const FIGURES: ReadonlyArray<readonly [IntervalName, string, FigureKind]> = [
  ["totalReturn", "Total return", "change"],
  ["annualReturn", "Return a year (CAGR)", "change"],
  ["volatility", "Volatility a year", "share"],
  ["sharpe", "Sharpe ratio", "ratio"],
  ["sortino", "Sortino ratio", "ratio"],
  ["calmar", "Calmar ratio", "ratio"],
  ["omega", "Omega ratio", "ratio"],
  ["maxDrawdown", "Worst drawdown", "change"],
  ["valueAtRisk", "Value at risk, 5 %", "change"],
  ["expectedShortfall", "Expected shortfall, 5 %", "change"],
];

/** A p-value for HTML: none is shown as zero. */
export function chanceText(p: number): string {
  return p < 0.001 ? "&lt; 0.001" : p.toFixed(3);
}

/** Each headline figure with its interval, and what the tests against the baselines say. */
export function intervalsCard({ policy, baselines, intervals }: Comparison): string {
  if (intervals === undefined || Object.values(intervals).every((interval) => interval === null)) return "";
  const s = policy.statistics;
  const valueOf: Readonly<Record<IntervalName, number | null>> = {
    ...s,
    valueAtRisk: s.valueAtRisk.historical,
    expectedShortfall: s.expectedShortfall.historical,
  };
  const rows = FIGURES.map(([name, label, kind]) => {
    const interval = intervals[name];
    const text =
      interval === null ? NOT_AVAILABLE : `${formatFigure(interval[0], kind)} to ${formatFigure(interval[1], kind)}`;
    return `<tr><td>${label}</td><td>${formatFigure(valueOf[name], kind)}</td><td>${text}</td></tr>`;
  });
  const tests = baselines.flatMap(({ result, superiority, sharpeLead }) =>
    superiority === null
      ? []
      : [
          `<tr><td>${escapeHtml(result.name)}</td><td>${chanceText(superiority.realityCheck)}</td><td>${chanceText(superiority.spa.consistent)}</td><td>${formatFigure(sharpeLead, "share")}</td></tr>`,
        ],
  );
  const against =
    tests.length === 0
      ? ""
      : `<div class="scroll"><table class="data against"><thead><tr><th>Against</th><th>Reality check, p</th><th>SPA, p</th><th>Higher Sharpe ratio</th></tr></thead><tbody>${tests.join("")}</tbody></table></div>`;
  return (
    '<section class="card"><div class="head"><h2>How sure the figures are</h2></div><div class="note">95 % intervals by the stationary bootstrap: what the same policy could have shown with the same returns in other blocks. Below, how often chance alone would put it so far ahead of each baseline: a small p speaks for it; and the chance that its Sharpe ratio is truly higher.</div>' +
    `<div class="two"><div class="scroll"><table class="data"><thead><tr><th></th><th>Found</th><th>95 % interval</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>${against}</div></section>`
  );
}
