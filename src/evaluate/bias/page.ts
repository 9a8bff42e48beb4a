/** @file The bias analysis as a page. */
import { formatDay } from "../../core/index.ts";
import { formatFigure } from "../format.ts";
import type { ImportanceResult } from "../importance.ts";
import { card, dataTable, page } from "../pages/page.ts";
import { barList, lineChart } from "../pages/svg.ts";
import type { BiasGroup, BiasResult } from "./analyze.ts";
import { biasFindings, biasHeadline } from "./verdict.ts";

const share = (value: number): string => formatFigure(value, "share");

function shareTable(groups: ReadonlyArray<Omit<BiasGroup, "kind">>): string {
  return dataTable(
    ["", "Bars", "Long", "Short", "Flat"],
    groups.map(({ name, bars, long, short, flat }) => [
      name,
      formatFigure(bars, "count"),
      share(long),
      share(short),
      share(flat),
    ]),
  );
}

function leanBars(groups: readonly BiasGroup[]): string {
  return barList(
    groups.map(({ name, long, short }) => ({
      name,
      value: long - short,
      text: `${((long - short) * 100).toFixed(0)} %`,
    })),
  );
}

export function biasPage(name: string, result: BiasResult, sensitivity: ImportanceResult | undefined): string {
  const { evaluation, groups, actions, sizes, symmetry, explainedByHour } = result;
  const { result: run, statistics } = evaluation;
  const findings = biasFindings(result);
  const of = (kind: BiasGroup["kind"]): BiasGroup[] => groups.filter((group) => group.kind === kind);
  const hours = of("hour");
  const serious = findings.some((finding) => finding.serious);
  const facts: ReadonlyArray<readonly [string, string]> = [
    [
      "Wanted",
      `hold ${share(actions.hold)}, flat ${share(actions.flat)}, long ${share(actions.long)}, short ${share(actions.short)}`,
    ],
    [
      "Symmetry",
      symmetry === null ? "it held nothing" : `${symmetry.toFixed(2)} (1: even-handed, -1: always the same side)`,
    ],
    ["Explained by the hour", share(explainedByHour)],
    [
      "Sizes at their least, at their greatest",
      sizes.asked === 0 ? "none asked" : `${share(sizes.least)}, ${share(sizes.most)}`,
    ],
    ["Made", formatFigure(statistics.totalReturn, "change")],
    [
      "Always long, always short at its exposure",
      `${formatFigure(result.alwaysLong, "change")}, ${formatFigure(result.alwaysShort, "change")}`,
    ],
  ];
  return page({
    title: `${name}: bias analysis`,
    subtitle: `${run.instruments.map(({ symbol }) => symbol).join(", ")} · ${run.timeframe} · ${formatDay(statistics.fromMs)} to ${formatDay(statistics.toMs)}`,
    headline: biasHeadline(findings),
    sentences: findings.flatMap(({ text, correction }) => [text, `What to do: ${correction}`]),
    tone: serious ? "losing" : findings.length > 0 ? "promising" : "better",
    badge: serious ? "Biased" : findings.length > 0 ? "Habits" : "Even-handed",
    synthetic: run.synthetic,
    cards: [
      card(
        "At a glance",
        "What it wants, and what explains it.",
        dataTable(
          ["", ""],
          facts.map((fact) => [...fact]),
          [0, 1],
        ),
      ),
      card(
        "As it is and upside down",
        "Shares of bars in the market and in its mirror image: an even-handed policy changes sides.",
        shareTable([
          { name: "market", ...result.all },
          { name: "mirrored", ...result.mirrored },
        ]),
      ),
      ...(hours.length < 2
        ? []
        : [
            card(
              "By hour, UTC",
              "Share of bars long, less the share short.",
              lineChart({
                lines: [
                  {
                    name: "lean",
                    x: hours.map((group) => Number(group.name)),
                    y: hours.map((group) => group.long - group.short),
                  },
                ],
                xText: (value) => `${value.toFixed(0)} h`,
                yText: (value) => `${(value * 100).toFixed(0)} %`,
                label: "lean by hour",
              }),
            ),
          ]),
      card("By symbol", "Share of bars long, less the share short.", leanBars(of("symbol")) + shareTable(of("symbol"))),
      card(
        "By regime",
        "Regimes by rules that know nothing of later bars.",
        leanBars(of("regime")) + shareTable(of("regime")),
      ),
      card(
        "By session",
        "Asia 23 to 7, Europe 7 to 15, US 13 to 21 UTC.",
        leanBars(of("session")) + shareTable(of("session")),
      ),
      ...(sensitivity === undefined
        ? []
        : [
            card(
              "Sensitivity to each feature",
              "Share of positions that change sides when the feature is shuffled over the bars, and what the shuffling costs.",
              dataTable(
                ["Feature", "Changed", "Return lost"],
                sensitivity.features
                  .slice(0, 25)
                  .map((feature) => [
                    feature.name,
                    share(feature.changed),
                    formatFigure(Math.expm1(feature.returnLoss), "change"),
                  ]),
              ),
            ),
          ]),
    ],
  });
}
