/** @file The stress test as a page and in words. */
import { formatDay, formatMinute } from "../../core/index.ts";
import { formatFigure } from "../format.ts";
import { card, dataTable, page } from "../pages/page.ts";
import { lineChart } from "../pages/svg.ts";
import { BAND_LEVELS, type MonteCarlo } from "./monte-carlo.ts";
import type { StressResult, StressRow } from "./run.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Less of the balance than this is not much of a survival. */
const HURT = 0.5;

const percent = (value: number): string => formatFigure(value, "change");

export const STRESS_HEAD = [
  "Scenario",
  "Severity",
  "Alive",
  "Return",
  "Lowest",
  "Drawdown",
  "Back in",
  "Costs",
  "Refused",
] as const;

function severityText({ severity, unit }: Pick<StressRow, "severity" | "unit">): string {
  if (unit === "" || unit === "together") return unit;
  if (unit === "bars") return formatFigure(severity, "count");
  if (unit.startsWith("share")) return formatFigure(severity, "share");
  if (unit.startsWith("rate")) return `${(severity * 100).toFixed(2)} %`;
  return unit.startsWith("weight") ? severity.toFixed(2) : formatFigure(severity, "times");
}

export function stressCells(row: StressRow): string[] {
  return [
    row.scenario,
    severityText(row),
    row.survived ? "yes" : "NO",
    percent(row.totalReturn),
    formatFigure(row.worstEquity, "share"),
    percent(row.maxDrawdown),
    row.maxDrawdown === 0 ? "" : row.recoveryDays === null ? "never" : formatFigure(row.recoveryDays, "days"),
    formatFigure(row.execution, "count"),
    formatFigure(row.refused, "count"),
  ];
}

export function stressHeadline({ rows, baseRow }: StressResult): string {
  const dead = rows.filter(({ survived }) => !survived);
  if (rows.length === 0) return "No scenario was run.";
  const worst = rows.reduce((least, row) => (row.worstEquity < least.worstEquity ? row : least));
  const low = `the worst was ${worst.scenario} at ${severityText(worst)}, with ${formatFigure(worst.worstEquity, "share")} of the balance left at the lowest`;
  if (dead.length > 0) return `It loses the account in ${dead.length} of ${rows.length} scenarios: ${low}.`;
  const losing = rows.filter(({ totalReturn }) => totalReturn < Math.min(0, baseRow.totalReturn));
  if (rows.length === 1) {
    return `It survives the one scenario${losing.length === 1 ? ", and does worse than now with a loss" : ""}: ${low}.`;
  }
  return `It survives all ${rows.length} scenarios, and does worse than now with a loss in ${losing.length} of them: ${low}.`;
}

export function stressSentences({ baseRow, crises, monteCarlo, perturbed }: StressResult): string[] {
  return [
    `As it is, it made ${percent(baseRow.totalReturn)} with a worst drawdown of ${percent(baseRow.maxDrawdown)}. Scenarios begin ${formatMinute(baseRow.atMs)} UTC, where it has most at stake, and are turned against the side that it leans to.`,
    ...crises.map(
      ({ toMs, move, deviations, policyMove, policyWorst }) =>
        `Up to ${formatMinute(toMs)} UTC the market moved ${percent(move)} in a day, ${Math.abs(deviations).toFixed(1)} deviations; the policy ${percent(policyMove)}, at the worst ${percent(policyWorst)}.`,
    ),
    ...monteCarlo.map(
      ({ name, runs, finalReturn, maxDrawdown, ruin }) =>
        `${name === "trade order" ? "Its trades in another order" : "Its returns in other blocks"}, ${formatFigure(runs, "count")} times: it ends between ${percent(finalReturn[0])} and ${percent(finalReturn[4])} in nine of ten, with drawdowns down to ${percent(maxDrawdown[0])}; half of the balance is lost in ${formatFigure(ruin, "share")}.`,
    ),
    ...(perturbed === null
      ? []
      : [
          `On candles with noise of a tenth of their range, ${perturbed.runs} times: it ends between ${percent(perturbed.finalReturns[0])} and ${percent(perturbed.finalReturns.at(-1) ?? 0)}; ruined in ${formatFigure(perturbed.ruin, "share")}.`,
        ]),
  ];
}

function severityCard(name: string, rows: readonly StressRow[]): string {
  const scenario = SCENARIOS.find((known) => known.name === name);
  const own = rows.filter((row) => row.scenario === name);
  const x = own.map(({ severity }) => severity);
  const line = (label: string, of: (row: StressRow) => number) => ({ name: label, x, y: own.map(of) });
  const chart =
    own.length < 2
      ? ""
      : lineChart({
          lines: [line("Return", (row) => row.totalReturn), line("Worst drawdown", (row) => row.maxDrawdown)],
          xText: (value) => severityText({ severity: value, unit: own[0].unit }),
          yText: percent,
          label: `${name} by severity`,
        });
  return chart === "" ? "" : card(name, scenario?.meaning ?? "", chart);
}

function monteCarloCard({ name, at, band, runs }: MonteCarlo): string {
  const x = at.map((share) => share * 100);
  const chart = lineChart({
    lines: [{ name: "median", x, y: band[2] }],
    bands: [
      { x, low: band[0], high: band[4] },
      { x, low: band[1], high: band[3] },
    ],
    xText: (value) => `${value.toFixed(0)} %`,
    yText: (value) => formatFigure(value, "times"),
    label: `${name}: equity over the initial balance`,
  });
  const title = name === "trade order" ? "Trades in another order" : "Returns in other blocks";
  return card(
    title,
    `Equity over the initial balance along the run, ${formatFigure(runs, "count")} times: median, and the quantiles ${BAND_LEVELS.map((level) => `${level * 100} %`).join(", ")}.`,
    chart,
  );
}

export function stressPage(name: string, result: StressResult): string {
  const { base, baseRow, rows, crises, monteCarlo } = result;
  const names = [...new Set(rows.filter(({ unit }) => unit !== "together").map(({ scenario }) => scenario))];
  const dead = rows.some(({ survived }) => !survived);
  const hurt = rows.some(({ worstEquity }) => worstEquity < HURT);
  const head = [...STRESS_HEAD];
  return page({
    title: `${name}: stress test`,
    subtitle: `${base.result.instruments.map(({ symbol }) => symbol).join(", ")} · ${base.result.timeframe} · ${formatDay(base.statistics.fromMs)} to ${formatDay(base.statistics.toMs)}`,
    headline: stressHeadline(result),
    sentences: stressSentences(result),
    tone: dead ? "losing" : hurt ? "beaten" : "promising",
    badge: dead ? "Loses the account" : hurt ? "Survives with little" : "Survives",
    synthetic: base.result.synthetic,
    cards: [
      card(
        "Scenarios",
        "Each run is the whole test with one thing changed. Lowest is the least equity over the balance, back in the time from the deepest point to the old peak, costs what fees, spread and slippage took.",
        dataTable(head, [stressCells(baseRow), ...rows.map(stressCells)]),
      ),
      ...names.map((scenario) => severityCard(scenario, rows)),
      ...(crises.length === 0
        ? []
        : [
            card(
              "Crises of these data",
              "The greatest moves of the symbols' mean within a day, and what the policy did in them.",
              dataTable(
                ["From", "To", "Market", "Worst on the way", "Deviations", "Policy", "Policy, worst"],
                crises.map((crisis) => [
                  formatMinute(crisis.fromMs),
                  formatMinute(crisis.toMs),
                  percent(crisis.move),
                  percent(crisis.worst),
                  crisis.deviations.toFixed(1),
                  percent(crisis.policyMove),
                  percent(crisis.policyWorst),
                ]),
                [0, 1],
              ),
            ),
          ]),
      ...monteCarlo.map(monteCarloCard),
    ],
  });
}
