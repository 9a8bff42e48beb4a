/**
 * @file Labels that reach into the part they are tested on. A decision at the close of bar s enters at the open of s + 1;
 * with labels of `labelBars` bars its label is known at the open of `s + 1 + labelBars`. Purging (Lopez de Prado, "Advances
 * in financial machine learning", 2018, chapter 7) leaves out every row whose label is not known by then.
 */
import { formatMinute } from "../../core/index.ts";
import { barsText, checkOf, type Fault, type LeakCheck } from "./fault.ts";

/** Rows that train and rows that test, by open time, UTC milliseconds; the test part may lie before or after. */
export type LabelledParts = {
  readonly trainMs: ArrayLike<number>;
  readonly testFromMs: number;
  readonly testToMs: number;
  readonly barMs: number;
  readonly labelBars: number;
  /** Bars after the test part in which nothing may train. */
  readonly embargoBars: number;
};

/** When the label of a decision in the bar that opens at `openMs` is known. */
function labelKnownMs(openMs: number, barMs: number, labelBars: number): number {
  return openMs + (1 + labelBars) * barMs;
}

/** Whether a row may train beside a test part. */
function mayTrain(openMs: number, parts: Omit<LabelledParts, "trainMs">): boolean {
  const { testFromMs, testToMs, barMs, labelBars, embargoBars } = parts;
  if (openMs < testFromMs) return labelKnownMs(openMs, barMs, labelBars) <= testFromMs;
  // The labels of the test part's last rows reach beyond it.
  return openMs >= testToMs + (labelBars + embargoBars) * barMs;
}

export function checkLabels(parts: LabelledParts): LeakCheck {
  const { trainMs, testFromMs, labelBars, embargoBars, barMs } = parts;
  let count = 0;
  let reach = 0;
  let first = -1;
  for (let i = 0; i < trainMs.length; i++) {
    if (mayTrain(trainMs[i], parts)) continue;
    if (first < 0) first = i;
    count++;
    reach = Math.max(reach, (labelKnownMs(trainMs[i], barMs, labelBars) - testFromMs) / barMs);
  }
  const detail = `labels of ${barsText(labelBars)}, an embargo of ${barsText(embargoBars)}, ${trainMs.length} rows`;
  const faults: Fault[] =
    first < 0
      ? []
      : [
          {
            name: "label",
            bar: first,
            timeMs: trainMs[first],
            size: reach,
            text: `${count} training ${count === 1 ? "row has a label that reaches" : "rows have labels that reach"} into the tested part, the first at ${formatMinute(trainMs[first])}, by up to ${barsText(Math.max(1, reach))}: leave out the last ${barsText(labelBars + 1)} before it.`,
          },
        ];
  return checkOf("labels end before the tested part begins", detail, faults);
}
