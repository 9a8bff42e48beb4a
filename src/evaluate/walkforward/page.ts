/** @file A walk-forward as a page and in words. */
import { formatDay } from "../../core/index.ts";
import { formatFigure } from "../format.ts";
import { card, dataTable, page } from "../pages/page.ts";
import { lineChart } from "../pages/svg.ts";
import type { JoinedWalk } from "./join.ts";

const percent = (value: number): string => formatFigure(value, "change");

export const WALK_HEAD = [
  "Window",
  "Test from",
  "To",
  "Return",
  "Hold",
  "Sharpe",
  "Drawdown",
  "Trades",
  "Costs",
] as const;

export function walkCells({ folds }: JoinedWalk): string[][] {
  return folds.map((fold) => [
    String(fold.index + 1),
    formatDay(fold.testFromMs),
    formatDay(fold.testToMs),
    percent(fold.totalReturn),
    percent(fold.holdReturn),
    formatFigure(fold.sharpe, "ratio"),
    percent(fold.maxDrawdown),
    formatFigure(fold.trades, "count"),
    formatFigure(fold.costs, "count"),
  ]);
}

/** Windows of which a given model's training has seen some bars. */
function seenWindows({ folds }: JoinedWalk): number {
  return folds.filter(({ seenShare = 0 }) => seenShare > 0).length;
}

export function walkHeadline(walk: JoinedWalk): string {
  const { folds, totalReturn, holdReturn, profitable } = walk;
  const seen = seenWindows(walk);
  const which = seen === 0 ? " that it had not seen" : `, ${seen} of which its training has seen,`;
  const made = `Over ${folds.length} windows${which} it made ${percent(totalReturn)}, holding made ${percent(holdReturn)}`;
  const share = `${Math.round(profitable * folds.length)} of ${folds.length} windows were profitable`;
  return `${made}; ${share}.`;
}

export function walkSentences({ statistics: s, maxDrawdown, folds }: JoinedWalk): string[] {
  const trades = folds.reduce((sum, fold) => sum + fold.trades, 0);
  const dead = folds.filter((fold) => fold.liquidated).length;
  return [
    `Joined, its Sharpe ratio is ${formatFigure(s.sharpe, "ratio")} over ${formatFigure(s.count, "count")} returns with a worst drawdown of ${percent(maxDrawdown)} and ${formatFigure(trades, "count")} ${trades === 1 ? "trade" : "trades"}.`,
    ...(s.probabilisticSharpe === null
      ? []
      : [`The chance that its true Sharpe ratio is above 0 is ${formatFigure(s.probabilisticSharpe, "share")}.`]),
    ...probabilitySentence(folds),
    ...(dead === 0
      ? []
      : [`The account was liquidated in ${dead} of the windows; each begins with the money of the one before.`]),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of classifiers, how good their probabilities were on bars that they had not seen, whatever was traded on them. */
function probabilitySentence(folds: JoinedWalk["folds"]): string[] {
  const column = (key: string): number[] =>
    folds.flatMap(({ chosen }) => {
      const value = chosen[key];
      return typeof value === "number" ? [value] : [];
    });
  const [aucs, skills, losses, bases] = ["auc", "brier_skill", "log_loss", "base_log_loss"].map(column);
  if (aucs.length === 0) return [];
  const center = mean(aucs);
  const spread = Math.sqrt(aucs.reduce((sum, auc) => sum + (auc - center) ** 2, 0) / Math.max(1, aucs.length - 1));
  const better = skills.filter((skill) => skill > 0).length;
  const gain = 1e4 * (mean(bases) - mean(losses));
  return [
    `Its probabilities in the tests: AUC ${center.toFixed(3)} (deviation between windows ${spread.toFixed(3)}), log loss ${Math.abs(gain).toFixed(1)}e-4 ${gain > 0 ? "better" : "worse"} than the class's share alone; Brier skill above 0 in ${better} of ${skills.length} windows.`,
  ];
}

export function walkPage(
  name: string,
  how: string,
  symbols: readonly string[],
  walk: JoinedWalk,
  synthetic: boolean,
): string {
  const { timesMs, equity, seams, folds, totalReturn } = walk;
  const x = timesMs.map(Number);
  const first = folds[0];
  const last = folds[folds.length - 1];
  const chosen = [...new Set(folds.flatMap((fold) => Object.keys(fold.chosen)))];
  return page({
    title: `${name}: walk-forward`,
    subtitle: `${symbols.join(", ")} · ${how} · ${formatDay(first.testFromMs)} to ${formatDay(last.testToMs)}`,
    headline: walkHeadline(walk),
    sentences: walkSentences(walk),
    tone: totalReturn > 0 ? "promising" : "losing",
    badge: `${totalReturn > 0 ? "Makes" : "Loses"} money${seenWindows(walk) === 0 ? " unseen" : ""}`,
    synthetic,
    cards: [
      card(
        seenWindows(walk) === 0 ? "Joined out of sample" : "Joined",
        "Change since the start; dashed lines are the seams between windows.",
        lineChart({
          lines: [{ name: "equity", x, y: equity }],
          marks: seams.slice(1).map((seam, i) => ({ x: x[seam], text: `window ${i + 2}` })),
          xText: (value) => formatDay(value),
          yText: (value) => percent(value - 1),
          label: "joined equity",
        }),
      ),
      card(
        "Windows",
        seenWindows(walk) === 0
          ? "Each is tested on bars that its training has not seen."
          : "A model that was trained before meets some of its own training here: those windows prove nothing.",
        dataTable([...WALK_HEAD], walkCells(walk), [0, 1, 2]),
      ),
      ...(chosen.length === 0
        ? []
        : [
            card(
              "What was trained in each",
              "Parameters and choices by window.",
              dataTable(
                ["Window", "Train from", "To", ...chosen],
                folds.map((fold) => [
                  String(fold.index + 1),
                  formatDay(fold.trainFromMs),
                  formatDay(fold.trainToMs),
                  ...chosen.map((key) => String(fold.chosen[key] ?? "")),
                ]),
                [0, 1, 2],
              ),
            ),
          ]),
    ],
  });
}
