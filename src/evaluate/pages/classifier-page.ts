/** @file A trained classifier as a page: how far its probabilities can be believed, and what they lean on. */
import type { Explanation, ReliabilityBin } from "../../learn/index.ts";
import { formatFigure } from "../format.ts";
import { card, dataTable, page } from "./page.ts";
import { barList, lineChart } from "./svg.ts";

export type ClassifierPageInput = {
  readonly name: string;
  readonly learner: string;
  readonly symbols: readonly string[];
  readonly label: string;
  readonly rows: number;
  readonly brierSkill: number;
  readonly auc: number;
  readonly logLoss: number;
  readonly baseLogLoss: number;
  readonly reliability: readonly ReliabilityBin[];
  readonly explanation: Explanation | null;
  /** Share of each feature in the gain of all splits, or of the coefficients. */
  readonly gain: ReadonlyArray<readonly [name: string, share: number]>;
  readonly synthetic: boolean;
};

const SHOWN = 15;
/** Two standard errors of a share. */
const ERRORS = 2;

export function classifierPage(input: ClassifierPageInput): string {
  const { name, learner, symbols, label, brierSkill, auc, logLoss, baseLogLoss, rows, synthetic } = input;
  const knows = brierSkill > 0;
  return page({
    title: `${name}: what it knows`,
    subtitle: `${learner}, ${label}, ${symbols.join(", ")}`,
    headline: knows
      ? `On ${rows.toLocaleString("en-US")} rows that it was not fitted to, its probabilities beat the class's share.`
      : `On ${rows.toLocaleString("en-US")} rows that it was not fitted to, its probabilities are no better than the class's share.`,
    sentences: [
      `Brier skill ${formatFigure(brierSkill, "change")}, AUC ${auc.toFixed(3)}, log loss ${logLoss.toFixed(4)} against ${baseLogLoss.toFixed(4)} of the share alone.`,
      "Whether that pays for its costs is said by a backtest and a walk-forward, and by nothing here.",
    ],
    tone: knows ? "promising" : "losing",
    badge: knows ? "Knows something" : "Knows nothing",
    synthetic,
    cards: [reliabilityCard(input.reliability), ...explained(input)],
  });
}

/** Bins of equal counts; the band is where a perfect model's points lie in 19 of 20 cases. */
function reliabilityCard(bins: readonly ReliabilityBin[]): string {
  const x = bins.map(({ meanProbability }) => meanProbability);
  const error = bins.map(({ count, meanProbability: p }) => ERRORS * Math.sqrt((p * (1 - p)) / count));
  const chart = lineChart({
    lines: [
      { name: "observed share", x, y: bins.map(({ observed }) => observed) },
      { name: "as told", x, y: x },
    ],
    bands: [{ x, low: x.map((p, i) => Math.max(0, p - error[i])), high: x.map((p, i) => Math.min(1, p + error[i])) }],
    xText: (value) => value.toFixed(2),
    yText: (value) => value.toFixed(2),
    label: "reliability diagram",
  });
  const table = dataTable(
    ["Told", "Observed", "Rows"],
    bins.map((bin) => [bin.meanProbability.toFixed(3), bin.observed.toFixed(3), bin.count.toLocaleString("en-US")]),
    [],
  );
  return card(
    "Reliability",
    "How often the class came, over the probability that was told; ten bins of equal counts. Inside the band it is as honest as chance allows.",
    chart + table,
  );
}

function explained({ explanation, gain }: ClassifierPageInput): string[] {
  const cards: string[] = [];
  if (explanation !== null) {
    const { permutation, dependence } = explanation;
    cards.push(
      card(
        "What it leans on",
        "Rise of the log loss when the feature is shuffled over the rows, mean of three, in ten-thousandths.",
        barList(
          permutation.slice(0, SHOWN).map(({ name, lossRise, deviation }) => ({
            name,
            value: lossRise,
            text: `${(1e4 * lossRise).toFixed(1)} ± ${(1e4 * deviation).toFixed(1)}`,
          })),
        ),
      ),
      ...dependence.map(({ name, values, probability }) =>
        card(
          `Dependence on ${name}`,
          "Mean probability of the highest class when all rows have this value, in deviations of the training.",
          lineChart({
            lines: [{ name, x: values, y: probability }],
            xText: (value) => value.toFixed(1),
            yText: (value) => value.toFixed(3),
            label: `partial dependence on ${name}`,
          }),
        ),
      ),
    );
  }
  const used = gain.filter(([, share]) => share > 0).slice(0, SHOWN);
  if (used.length === 0) return cards;
  const shares = used.map(([name, share]) => ({ name, value: share, text: `${(100 * share).toFixed(1)} %` }));
  return [
    ...cards,
    card("Where it was fitted", "Share in the gain of all splits, or of the coefficients.", barList(shares)),
  ];
}
