/** @file The report's card on how far the estimators of risk can be trusted on this run and on its market. */
import type { Comparison } from "../evaluation.ts";
import { FigureKind, formatFigure } from "../format.ts";
import { backtestEstimators, type EstimatorBacktest, type EstimatorTest } from "../statistics/estimator-backtest.ts";
import { chanceText } from "./attribution.ts";
import { escapeHtml } from "./escape.ts";

/** Below this chance of being right an estimate is called wrong. */
const REJECTED = 0.05;

const chance = (p: number): string => `<td class="${p < REJECTED ? "neg" : ""}">${chanceText(p)}</td>`;

function row({ estimator, test }: EstimatorTest): string {
  const { days, exceptions, coverage, unconditional, independence, conditional } = test;
  const verdict =
    conditional.p < REJECTED ? '<td class="text neg">rejected</td>' : '<td class="text">not rejected</td>';
  return (
    `<tr><td>${escapeHtml(estimator)}, ${formatFigure(coverage, FigureKind.share)}</td><td>${formatFigure(exceptions, FigureKind.count)} of ${formatFigure(days, FigureKind.count)}</td>` +
    `<td>${formatFigure(coverage * days, FigureKind.ratio)}</td>${chance(unconditional.p)}${chance(independence.p)}${chance(conditional.p)}${verdict}</tr>`
  );
}

/** Value at risk against what came: the policy's own account, and buy and hold, which is the market. */
export function estimatorsCard({ policy, baselines }: Comparison): string {
  const market = baselines.find(({ result }) => result.name === "buy-and-hold");
  const groups = [policy, ...(market === undefined ? [] : [market])].flatMap(({ result }) => {
    const found = backtestEstimators(result.curve);
    return found === null ? [] : [[result.name, found] as const];
  });
  if (groups.length === 0) return "";
  const rows = groups.map(([name, found]: readonly [string, EstimatorBacktest]) => {
    const period = found.period === "day" ? "by day" : `by ${found.period}`;
    return `<tr class="group"><th colspan="7">${escapeHtml(name)}, ${period}, from the ${found.history} before</th></tr>${found.tests.map(row).join("")}`;
  });
  return (
    '<section class="card"><div class="head"><h2>Can value at risk be trusted here?</h2></div><div class="note">Each estimator says before every period how much would be lost at most in 99 % and in 95 % of cases; then it is counted how often more was lost. Kupiec asks whether that was as often as stated, Christoffersen whether it came in clusters, the last figure both together. A small p speaks against the estimator.</div>' +
    `<div class="scroll"><table class="data estimators"><thead><tr><th>Estimator</th><th>Exceeded</th><th>Expected</th><th>Kupiec, p</th><th>Christoffersen, p</th><th>Both, p</th><th class="text"></th></tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`
  );
}
