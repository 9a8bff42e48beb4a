/** @file A search while it runs: steps trained of all that are planned, and a line for each trial that ends. */
import type { Progress, ProgressListener } from "../../core/index.ts";
import { countedTrials, type Study, type Trial, TrialState } from "../../search/index.ts";
import type { AppContext } from "../context.ts";
import { type ScoreWords, shownParameters, trialLine } from "./trial-text.ts";

/** Searches of which nothing succeeds are ended after so many trials. */
const HOPELESS_AFTER = 3;

function isOver({ state }: Trial): boolean {
  return state === TrialState.complete || state === TrialState.pruned || state === TrialState.failed;
}

export type SearchSizes = {
  /** Account-steps of a trial. */
  readonly steps: number;
  readonly reports: number;
};

/**
 * Listens to a search. Trials that had ended before are not told again.
 * @param onHopeless told where the first trials have all failed by themselves
 */
export function searchProgress(
  context: AppContext,
  study: Study,
  sizes: SearchSizes,
  score: ScoreWords,
  onHopeless: () => void,
): ProgressListener {
  const told = new Set(
    study
      .trials()
      .filter(isOver)
      .map(({ number }) => number),
  );
  const names = shownParameters(study.settings.space, study.importance(), false);
  return (progress: Progress) => {
    const trials = study.trials();
    const counted = new Set(countedTrials(trials));
    for (const trial of trials) {
      if (told.has(trial.number) || !isOver(trial)) continue;
      told.add(trial.number);
      if (counted.has(trial)) context.note(trialLine(trial, names, score));
      // A trial that Ctrl-C stopped needs no line: the whole search says so.
      else if (!context.signal.aborted) context.note(`${trialLine(trial, names, score)}; it is tried again`);
    }
    const over = [...counted].filter(isOver);
    if (over.length >= HOPELESS_AFTER && over.every(({ state }) => state === TrialState.failed)) onHopeless();
    const underWay = trials
      .filter(({ state }) => state === TrialState.running)
      .reduce((sum, { intermediate }) => sum + Math.max(0, ...intermediate.keys()) / sizes.reports, 0);
    const { total = 0, figures = {} } = progress;
    const best = figures["best"] === undefined ? {} : { best: `${score.text(Number(figures["best"]))} ${score.unit}` };
    context.progress({
      label: progress.label,
      done: Math.round((progress.done + underWay) * sizes.steps),
      total: total * sizes.steps,
      unit: "steps",
      figures: { trials: `${progress.done}/${total}`, ...figures, ...best },
    });
  };
}
