/** @file Pruners end trials that are not worth going on with. */
import type { Attributes, StudyDirection, Trial } from "../trial.ts";

export type PruneRequest = {
  readonly studyName: string;
  readonly direction: StudyDirection;
  /** The study's system attributes, where pruners keep what they worked out once. */
  readonly studyAttributes: Attributes;
  /** The trial with its newest report included. */
  readonly trial: Trial;
  /** All trials of the study; the record of `trial` among them may be older. */
  readonly trials: readonly Trial[];
};

export type PruneVerdict = {
  readonly prune: boolean;
  /** System attributes to record with the trial. */
  readonly trialAttributes?: Attributes;
  /** System attributes to record with the study. */
  readonly studyAttributes?: Attributes;
};

/** Which trials a new one is compared with. */
export type PeerRequest = Pick<PruneRequest, "studyName" | "studyAttributes" | "trials"> & {
  /** Of the trial that is to be drawn. */
  readonly number: number;
};

export type Pruner = {
  readonly name: string;
  /**
   * The trials that a sampler may learn from for the trial of this number: those that were held to the same rules. All where
   * absent.
   */
  peers?(request: PeerRequest): readonly Trial[];
  /** A pure function of the request, asked after each report. */
  shouldPrune(request: PruneRequest): PruneVerdict;
};

export const KEEP: PruneVerdict = { prune: false };
export const PRUNE: PruneVerdict = { prune: true };
