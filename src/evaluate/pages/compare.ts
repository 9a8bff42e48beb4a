/** @file Several runs in one page: their curves over one another, their figures side by side, their verdicts. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { formatDay } from "../../core/index.ts";
import { FigureKind, formatFigure } from "../format.ts";
import { METRIC_GROUPS, metricText } from "../metrics.ts";
import { extremeRows } from "../report/downsample.ts";
import type { ReportSummary } from "../report/files.ts";
import { card, dataTable, page } from "./page.ts";
import { lineChart } from "./svg.ts";

export type ComparedRun = {
  readonly summary: ReportSummary;
  /** Close times and equity over the start, thinned without losing an extreme. */
  readonly timesMs: Float64Array;
  readonly equity: Float64Array;
};

const POINTS = 1_200;

/** The curve of a report, from its equity.csv, row by row. */
export async function readRun(folder: string, summary: ReportSummary): Promise<ComparedRun> {
  const lines = createInterface({ input: createReadStream(join(folder, summary.id, "equity.csv")) });
  const times: number[] = [];
  const equity: number[] = [];
  let head = true;
  for await (const line of lines) {
    const [time, value] = line.split(",", 2);
    if (!head && value !== undefined) {
      times.push(Date.parse(time));
      equity.push(Number(value));
    }
    head = false;
  }
  const values = Float64Array.from(equity);
  const rows = extremeRows(values, values.length, POINTS);
  return {
    summary,
    timesMs: Float64Array.from(rows, (row) => times[row]),
    equity: Float64Array.from(rows, (row) => values[row] / values[0]),
  };
}

/** A name that tells runs of one policy apart. */
function nameOf({ summary }: ComparedRun, runs: readonly ComparedRun[]): string {
  const same = runs.filter((run) => run.summary.policy.name === summary.policy.name);
  return same.length === 1 ? summary.policy.name : `${summary.policy.name} (${summary.id.slice(0, 17)})`;
}

export function comparisonPage(runs: readonly ComparedRun[]): string {
  const names = runs.map((run) => nameOf(run, runs));
  const best = runs.reduce((most, run) =>
    run.summary.policy.statistics.totalReturn > most.summary.policy.statistics.totalReturn ? run : most,
  );
  const same = new Set(runs.map(({ summary }) => summary.dataFingerprint)).size === 1;
  const rows = METRIC_GROUPS.flatMap(({ metrics }) =>
    metrics.map((metric) => [
      metric.label,
      ...runs.map(({ summary }) => metricText(metric, summary.policy.statistics)),
    ]),
  );
  return page({
    title: `${runs.length} runs compared`,
    subtitle: names.join(", "),
    headline: `${nameOf(best, runs)} made most: ${formatFigure(best.summary.policy.statistics.totalReturn, FigureKind.change)}.`,
    sentences: [
      ...(same
        ? []
        : [
            "They were made on different data: their figures stand beside each other, and prove nothing of one another.",
          ]),
      ...runs.map((run) => `${nameOf(run, runs)}: ${run.summary.verdict.headline}`),
    ],
    tone: "promising",
    badge: same ? "Same data" : "Different data",
    synthetic: runs.some(({ summary }) => summary.synthetic),
    cards: [
      card(
        "Equity",
        "Change since the start of each, after all costs.",
        lineChart({
          lines: runs.map(({ timesMs, equity }, i) => ({ name: names[i], x: timesMs, y: equity })),
          xText: (value) => formatDay(value),
          yText: (value) => formatFigure(value - 1, FigureKind.change),
          label: "equity of the runs",
        }),
      ),
      card("Figures", "As each report has them.", dataTable(["", ...names], rows)),
      card(
        "Where they come from",
        "",
        dataTable(
          ["", ...names],
          [
            ["Report", ...runs.map(({ summary }) => summary.id)],
            ["Symbols", ...runs.map(({ summary }) => summary.symbols.join(" "))],
            ["Bars", ...runs.map(({ summary }) => summary.timeframe)],
            ["Seed", ...runs.map(({ summary }) => String(summary.seed))],
            ["Data", ...runs.map(({ summary }) => summary.dataFingerprint.slice(0, 12))],
            ["Trade hash", ...runs.map(({ summary }) => summary.tradeHash.slice(0, 12))],
          ],
        ),
      ),
    ],
  });
}
