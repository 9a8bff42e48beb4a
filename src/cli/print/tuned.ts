/** @file What a finished search says: its trials, what mattered, the best settings, and how much of it is luck. */
import { relative } from "node:path";
import { journalOf, scoreWords, shownParameters, type Tuned, wantedOf } from "../../app/index.ts";
import type { SearchVerdict } from "../../evaluate/index.ts";
import type { ParameterImportance } from "../../search/index.ts";
import type { CommandContext } from "../verb.ts";
import { trialTable } from "./trial-table.ts";

/** The limits of a promotable policy: see the verdict of a backtest. */
const TRUSTED_SHARPE = 0.95;
const TRUSTED_OVERFITTING = 0.2;
const MOST_IMPORTANCE = 6;

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

/** The verdict in plain sentences. */
function verdictLines(verdict: SearchVerdict | undefined): readonly string[] {
  if (verdict === undefined) return ["The best trial kept no returns, so the search can't be judged."];
  const { trials, effectiveTrials: worth, bars, sharpe, luckSharpe, deflatedSharpe, overfitting } = verdict;
  const lines = [
    `${trials} trials with returns on the same ${bars.toLocaleString("en-US")} validation bars, worth ${worth.toFixed(1)} independent ones`,
  ];
  if (sharpe === null || deflatedSharpe === null) {
    lines.push("deflated Sharpe ratio: not defined, the best trial's equity never moved");
  } else {
    const trusted = deflatedSharpe >= TRUSTED_SHARPE ? "more than luck" : "luck can't be ruled out";
    lines.push(
      `deflated Sharpe ratio ${deflatedSharpe.toFixed(3)} (Sharpe ${sharpe.toFixed(2)} a year, luck alone would show ${luckSharpe.toFixed(2)}): ${trusted}`,
    );
  }
  if (overfitting === null)
    lines.push("probability of backtest overfitting: needs two trials that trade, and more bars");
  else {
    const trusted = overfitting <= TRUSTED_OVERFITTING ? "the choice holds" : "the choice may not hold on other bars";
    lines.push(`probability of backtest overfitting ${overfitting.toFixed(2)}: ${trusted}`);
  }
  return lines;
}

function importanceLine(importance: readonly ParameterImportance[]): string {
  if (importance.length === 0) return "too few complete trials to say (it takes 8)";
  return importance
    .slice(0, MOST_IMPORTANCE)
    .map(({ name, share }) => `${name} ${percent(share)}`)
    .join(", ");
}

/** A finished search on the terminal. */
export function printTuned(context: CommandContext, tuned: Tuned): void {
  const { output } = context;
  const { kept, study, trials, best, settings, bestPath, verdict } = tuned;
  const shown = (path: string): string => relative(context.folder, path) || path;
  const importance = study.importance();
  const score = scoreWords(wantedOf(tuned.config));
  const names = shownParameters(study.settings.space, importance, output.verbose);
  output.text(trialTable(trials, best.number, names, score));
  output.text(`\nimportance  ${importanceLine(importance)}`);
  output.text(
    `best        ${output.palette.bold(`trial ${best.number}, ${score.text(best.value ?? 0)} ${score.unit}`)}`,
  );
  for (const [key, value] of Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))) {
    output.text(`            ${key} = ${typeof value === "number" ? value : JSON.stringify(value)}`);
  }
  for (const [index, line] of verdictLines(verdict).entries()) {
    output.text(`${index === 0 ? "search      " : "            "}${line}`);
  }
  output.text(`settings    ${shown(bestPath)}`);
  output.text(`journal     ${shown(journalOf(kept))}; open it with: optuna-dashboard ${shown(journalOf(kept))}`);
}
