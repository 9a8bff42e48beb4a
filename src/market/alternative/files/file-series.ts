/** @file What a file of alternative data holds. */
import { TidemarkError } from "../../../core/index.ts";
import type { SeriesSpec } from "../../../venues/choices.ts";
import type { Observation } from "../vintages.ts";

export type FileSeries = {
  readonly spec: SeriesSpec;
  /** The symbol, the coin, or the market. */
  readonly key: string;
  /** What was known at one time after the other, the earliest first. */
  readonly vintages: readonly Vintage[];
};

export type Vintage = {
  /** When these values were recorded, where the file says so. */
  readonly seenMs: number | undefined;
  readonly observations: readonly Observation[];
};

export function fileProblem(path: string, what: string, cause?: unknown): TidemarkError {
  return new TidemarkError("DATA_FORMAT", {
    what,
    where: path,
    fix: "See docs/alternative-data.md for the kinds of files that are read; nothing of this one was stored.",
    ...(cause === undefined ? {} : { cause }),
  });
}
