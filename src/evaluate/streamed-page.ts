/** @file A streamed backtest as a page and its tables: the account by day, every statistic, the trades. */
import { formatDay } from "../core/index.ts";
import type { Evaluation } from "./evaluation.ts";
import { formatFigure } from "./format.ts";
import { METRIC_GROUPS, metricText } from "./metrics.ts";
import { card, dataTable, page } from "./pages/page.ts";
import type { PageFiles } from "./pages/store.ts";
import { lineChart } from "./pages/svg.ts";
import { extremeRows } from "./report/downsample.ts";
import { tradesTable } from "./report/files.ts";

/** Points of the chart: of each stretch the lowest and the highest stay. */
const POINTS = 1_600;

export function streamedPage(evaluation: Evaluation): PageFiles {
  const { result, statistics } = evaluation;
  const { curve, instruments, initialBalance } = result;
  const rows = extremeRows(curve.equity, curve.length, POINTS);
  const x = Array.from(rows, (row) => curve.timeMs[row]);
  const chart = (name: string, column: Float64Array, scale: number): string =>
    lineChart({
      lines: [{ name, x, y: Array.from(rows, (row) => column[row] / scale) }],
      xText: (value) => formatDay(value),
      yText: (value) => formatFigure(scale === 1 ? value : value - 1, "change"),
      label: name,
    });
  const { totalReturn } = statistics;
  const summary = { name: result.name, tradeHash: result.tradeHash, statistics, refusals: result.refusals };
  const html = page({
    title: `${result.name}: streamed backtest`,
    subtitle: `${instruments.map(({ symbol }) => symbol).join(", ")} · ${result.timeframe} · ${formatDay(statistics.fromMs)} to ${formatDay(statistics.toMs)}`,
    headline: `It made ${formatFigure(totalReturn, "change")} in ${formatFigure(statistics.trades, "count")} trades; nothing stands beside it.`,
    sentences: [`Trade hash ${result.tradeHash}.`],
    tone: totalReturn > 0 ? "promising" : "losing",
    badge: "Without baselines",
    synthetic: result.synthetic,
    cards: [
      card("Equity", "Change since the start.", chart("equity", curve.equity, initialBalance)),
      card("Underwater", "Equity below its peak.", chart("drawdown", curve.drawdown, 1)),
      ...METRIC_GROUPS.map((group) =>
        card(
          group.title,
          "",
          dataTable(
            ["", ""],
            group.metrics.map((metric) => [metric.label, metricText(metric, statistics)]),
            [0],
          ),
        ),
      ),
    ],
  });
  const { head, rows: trades } = tradesTable(evaluation);
  return { html, data: summary, tables: { "trades.csv": { head, rows: [...trades] } } };
}
