/** @file The trials of a search as a table. */

import { parameterText, type ScoreWords, STATE_NAMES } from "../../app/index.ts";
import { formatSpan } from "../../core/index.ts";
import type { Trial } from "../../search/index.ts";
import { table } from "../terminal/table.ts";

function spanOf(trial: Trial): string {
  const { startedMs, finishedMs } = trial;
  return startedMs === undefined || finishedMs === undefined ? "" : formatSpan(finishedMs - startedMs);
}

/** All trials that have ended, the best marked. */
export function trialTable(
  trials: readonly Trial[],
  best: number,
  names: readonly string[],
  { unit, text }: ScoreWords,
): string {
  const rows = trials.map((trial) => [
    trial.number === best ? "*" : "",
    String(trial.number),
    STATE_NAMES.get(trial.state) ?? "",
    trial.value === undefined ? "" : text(trial.value),
    typeof trial.userAttributes["steps"] === "number" ? trial.userAttributes["steps"].toLocaleString("en-US") : "",
    spanOf(trial),
    ...names.map((name) => parameterText(trial, name)),
  ]);
  return table(
    [
      { title: "" },
      { title: "trial", align: "right" },
      { title: "state" },
      { title: unit, align: "right" },
      { title: "steps", align: "right" },
      { title: "time", align: "right" },
      ...names.map((title) => ({ title, align: "right" as const })),
    ],
    rows,
  );
}
