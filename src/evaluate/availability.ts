/** @file Figures that a sample can't carry are not shown as numbers: what each kind needs, and what is said in its place. */
import { formatFigure } from "./format.ts";
import type { Statistics } from "./statistics/statistics.ts";

/** "year": extrapolated to a year. "sample": a moment or a quantile of the returns. */
export type Need = "year" | "sample";

/** A year made of less than a month says more about the extrapolation than about the run. */
const FEWEST_DAYS_OF_A_YEAR = 30;
/** Fewer returns have no deviation, and no tail, worth its name. */
const FEWEST_RETURNS = 20;

/** Why a figure is not available, null where it is. */
export function unavailable(
  { days, count, basis }: Pick<Statistics, "days" | "count" | "basis">,
  need: Need,
): string | null {
  if (need === "year" && days < FEWEST_DAYS_OF_A_YEAR) {
    return `a run of ${formatFigure(days, "days").replace(" d", " days")} can't be extrapolated to a year: that takes ${FEWEST_DAYS_OF_A_YEAR} days`;
  }
  if (count < FEWEST_RETURNS) {
    const unit = basis === "daily" ? "daily returns" : "returns";
    return `${formatFigure(count, "count")} ${unit} are too few for it: that takes ${FEWEST_RETURNS}`;
  }
  return null;
}
