/** @file A cross-validation of a choice as a page and in words. */
import { formatDay } from "../../core/index.ts";
import { formatFigure } from "../format.ts";
import { card, dataTable, page } from "../pages/page.ts";
import { lineChart } from "../pages/svg.ts";
import type { CrossValidation } from "./cross-validation.ts";

export const CROSS_HEAD = ["Split", "Tested groups", "Chosen", "Sharpe in", "Sharpe out", "Rank out"] as const;

export function crossCells({ splits }: CrossValidation, names: readonly string[]): string[][] {
  return splits.map((split, i) => [
    String(i + 1),
    split.tested.map((group) => group + 1).join(" "),
    names[split.chosen],
    formatFigure(split.trainSharpe, "ratio"),
    formatFigure(split.testSharpe, "ratio"),
    split.rank.toFixed(2),
  ]);
}

/** Most that the probability of overfitting may be for a promotion. */
const ALLOWED = 0.2;

export function crossHeadline({ overfitting, splits }: CrossValidation): string {
  const said = `Chosen on the training parts, the best was no better than the median outside them in ${formatFigure(overfitting, "share")} of ${splits.length} splits`;
  return overfitting <= ALLOWED ? `${said}: the choice carries over.` : `${said}: the choice is not to be trusted.`;
}

function range(values: readonly number[], kind: "ratio" | "change"): string {
  const first = formatFigure(values[0], kind);
  return values.length === 1 ? first : `${first} to ${formatFigure(values[values.length - 1], kind)}`;
}

export function crossSentences({ paths, overfitting }: CrossValidation): string[] {
  const sharpes = paths.map(({ sharpe }) => sharpe ?? 0).sort((a, b) => a - b);
  const returns = paths.map(({ totalReturn }) => totalReturn).sort((a, b) => a - b);
  return [
    `Probability of overfitting ${overfitting.toFixed(2)} (a promotion allows ${ALLOWED}).`,
    `${paths.length} whole ${paths.length === 1 ? "history" : "histories"} out of sample: Sharpe ratio ${range(sharpes, "ratio")}, return ${range(returns, "change")}; ${returns.filter((value) => value > 0).length} of ${paths.length} with a profit.`,
  ];
}

export function crossPage(
  name: string,
  how: string,
  symbols: readonly string[],
  result: CrossValidation,
  names: readonly string[],
  dayMs: readonly number[],
  synthetic: boolean,
): string {
  const trusted = result.overfitting <= ALLOWED;
  return page({
    title: `${name}: cross-validation`,
    subtitle: `${symbols.join(", ")} · ${how} · ${formatDay(dayMs[0])} to ${formatDay(dayMs[dayMs.length - 1])}`,
    headline: crossHeadline(result),
    sentences: crossSentences(result),
    tone: trusted ? "promising" : "losing",
    badge: trusted ? "Choice carries over" : "Overfit choice",
    synthetic,
    cards: [
      card(
        "Paths out of sample",
        "Each is a whole history made of tested parts alone; change since the start.",
        lineChart({
          lines: result.paths.map(({ equity }, i) => ({ name: `path ${i + 1}`, x: dayMs, y: equity })),
          xText: (value) => formatDay(value),
          yText: (value) => formatFigure(value - 1, "change"),
          label: "paths",
        }),
      ),
      card(
        "Splits",
        "Rank out: place of the chosen among all on the tested part, 1 is best.",
        dataTable([...CROSS_HEAD], crossCells(result, names), [0, 1, 2]),
      ),
    ],
  });
}
