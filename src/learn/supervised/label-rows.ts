/** @file The class of each row: by sign, by part of the usual moves, by what was touched first, by what a base rule earned. */
import type { Dataset } from "./dataset.ts";
import type { LabelSettings } from "./label-settings.ts";
import { classOf, quantileCuts } from "./labels.ts";

export function classesOf({ kind, classes }: LabelSettings): number {
  return kind === "sign" || kind === "meta" ? 2 : kind === "barrier" ? 3 : classes;
}

export type Labelled = { readonly labels: Uint8Array; readonly classes: number; readonly cuts: readonly number[] };

/** Cut points are those of the fitted rows alone. */
export function labelled(data: Dataset, label: LabelSettings, fit: Int32Array): Labelled {
  const cuts =
    label.kind === "quantile"
      ? quantileCuts(
          Float64Array.from(fit, (i) => standardized(data, i, label.horizon)),
          label.classes,
        )
      : [];
  return labelsWith(data, label, cuts);
}

export function labelsWith(data: Dataset, label: LabelSettings, cuts: readonly number[]): Labelled {
  const labels = Uint8Array.from(data.bar, (_, i) =>
    label.kind === "sign"
      ? Number(data.logReturn[i] > 0)
      : label.kind === "meta"
        ? Number(data.net[i] > 0)
        : label.kind === "barrier"
          ? data.touched[i] + 1
          : classOf(standardized(data, i, label.horizon), cuts),
  );
  return { labels, classes: classesOf(label), cuts };
}

/** Return in units of what the horizon ordinarily moves; along the side of the base, where there is one. */
export function standardized(data: Dataset, i: number, horizon: number): number {
  const moved = data.side[i] < 0 ? -data.logReturn[i] : data.logReturn[i];
  return moved / (data.sigma[i] * Math.sqrt(horizon));
}
