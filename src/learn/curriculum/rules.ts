/**
 * @file The rules by which the figures of a finished phase change the settings of the next. Each is one row: when it
 * applies, what it changes, and why. Factors multiply; steps add to probabilities and noise, which may start from zero.
 *
 * | rule | applies when | changes |
 * |---|---|---|
 * | collapse | the phase ended by a collapse, or a figure was not finite | learning rate x0.5, clip x0.75, target KL x0.75 |
 * | divergence | KL of the last epoch above 1.5 times the target, or the target stops updates in the first half of their epochs | learning rate x0.5 |
 * | clipping | more than 30 % of the ratios clipped, no divergence | learning rate x0.7 |
 * | timid | KL under a tenth of the target and under 2 % clipped, no collapse | learning rate x1.5 |
 * | entropy | entropy under 10 % of its maximum | entropy weights x2, to at least 0.004 and 0.0004 |
 * | undecided | entropy above 90 % of its maximum, in the mastery stage | entropy weights x0.5 |
 * | value | explained variance below 0: the value is worse than a constant | value coefficient x1.5 |
 * | overtrading | costs are larger than the result before costs | entropy weights x0.7 unless they were raised, horizon x1.25 |
 * | bias | one direction outweighs the other by more than half of all choices | flip and permutation probability +0.25 |
 * | overfit | training beats validation by more than one standard deviation | feature noise +0.02, shuffle probability +0.25 |
 */
import type { PhaseSummary } from "./phase-metrics.ts";
import type { Phase } from "./phases.ts";
import type { SettingName } from "./settings.ts";
import { PhaseEnd } from "./transition.ts";

/** The horizon stands for gamma: 1 / (1 - gamma) bars. */
export type Quantity = Exclude<SettingName, "gamma"> | "horizon";

export type Change = {
  readonly quantity: Quantity;
  readonly factor?: number;
  readonly step?: number;
  /** Where the factor starts from at least. */
  readonly from?: number;
};

export type Finding = {
  readonly rule: string;
  readonly reason: string;
  readonly changes: readonly Change[];
};

export type Judged = {
  readonly summary: PhaseSummary;
  /** The finished phase with the settings that it ran with. */
  readonly ran: Phase;
  readonly endedBy: PhaseEnd;
};

const LIMIT = {
  klOver: 1.5,
  klUnder: 0.1,
  epochsUnder: 0.5,
  clipOver: 0.3,
  clipUnder: 0.02,
  entropyUnder: 0.1,
  entropyOver: 0.9,
  varianceUnder: 0,
  costOver: 0.5,
  biasOver: 0.5,
  gapOver: 1,
} as const;

/** What the rules find, in the order of the table. Empty for a healthy phase. */
export function findings({ summary, ran, endedBy }: Judged): Finding[] {
  const found: Finding[] = [];
  const add = (rule: string, reason: string, changes: readonly Change[]): void => {
    found.push({ rule, reason, changes });
  };
  const { approximateKl: kl, clipFraction: clipped, entropyShare: entropy } = summary;
  const collapsed = endedBy === PhaseEnd.collapse || summary.diverged;
  const tooFar = kl > LIMIT.klOver * ran.targetKl;
  const tooSoon = summary.epochShare < LIMIT.epochsUnder;

  if (collapsed) {
    add("collapse", "The phase collapsed: smaller and more careful steps from the best parameters.", [
      { quantity: "learningRate", factor: 0.5 },
      { quantity: "clip", factor: 0.75 },
      { quantity: "targetKl", factor: 0.75 },
    ]);
  }
  if (tooFar) {
    add(
      "divergence",
      `The KL divergence of an update (${text(kl)}) is above 1.5 times the wanted ${text(ran.targetKl)}: the learning rate is halved.`,
      [{ quantity: "learningRate", factor: 0.5 }],
    );
  } else if (tooSoon) {
    add(
      "divergence",
      `The wanted KL divergence of ${text(ran.targetKl)} stopped the updates after ${percent(summary.epochShare)} of their epochs: the learning rate is halved.`,
      [{ quantity: "learningRate", factor: 0.5 }],
    );
  } else if (clipped > LIMIT.clipOver) {
    add("clipping", `${percent(clipped)} of the probability ratios were clipped: the learning rate falls to 70 %.`, [
      { quantity: "learningRate", factor: 0.7 },
    ]);
  }
  if (!collapsed && kl < LIMIT.klUnder * ran.targetKl && clipped < LIMIT.clipUnder) {
    add(
      "timid",
      `The KL divergence (${text(kl)}) is under a tenth of the wanted ${text(ran.targetKl)} and almost nothing was clipped: the learning rate rises by half.`,
      [{ quantity: "learningRate", factor: 1.5 }],
    );
  }
  const narrow = entropy < LIMIT.entropyUnder;
  if (narrow) {
    add(
      "entropy",
      `Entropy is down to ${percent(entropy)} of its maximum: its weight is doubled, so that the policy looks around again.`,
      [
        { quantity: "entropy", factor: 2, from: 0.002 },
        { quantity: "betaEntropy", factor: 2, from: 0.0002 },
      ],
    );
  }
  if (entropy > LIMIT.entropyOver && ran.stage === "mastery") {
    add(
      "undecided",
      `Entropy is still ${percent(entropy)} of its maximum: its weight is halved, so that the policy decides.`,
      [
        { quantity: "entropy", factor: 0.5 },
        { quantity: "betaEntropy", factor: 0.5 },
      ],
    );
  }
  if (summary.explainedVariance < LIMIT.varianceUnder) {
    add(
      "value",
      `The value explains less than a constant would (explained variance ${text(summary.explainedVariance)}): its error weighs half as much again.`,
      [{ quantity: "valueCoefficient", factor: 1.5 }],
    );
  }
  if (summary.costShare !== undefined && summary.costShare > LIMIT.costOver) {
    add(
      "overtrading",
      `Costs outweigh the result before costs (${percent(summary.costShare)} of both together): a longer horizon${narrow ? "" : " and less exploration"}.`,
      [
        { quantity: "horizon", factor: 1.25 },
        ...(narrow
          ? []
          : ([
              { quantity: "entropy", factor: 0.7 },
              { quantity: "betaEntropy", factor: 0.7 },
            ] as const)),
      ],
    );
  }
  if (Math.abs(summary.directionBias) > LIMIT.biasOver) {
    const side = summary.directionBias > 0 ? "long" : "short";
    add(
      "bias",
      `The policy leans ${side} by ${percent(Math.abs(summary.directionBias))} of its choices: more mirrored and permuted markets.`,
      [
        { quantity: "flipProbability", step: 0.25 },
        { quantity: "permuteProbability", step: 0.25 },
      ],
    );
  }
  if (summary.validationGap !== undefined && summary.validationGap > LIMIT.gapOver) {
    add(
      "overfit",
      `Training scores ${text(summary.validationGap)} standard deviations better than validation: more noise, and stretches in another order.`,
      [
        { quantity: "featureNoise", step: 0.02 },
        { quantity: "shuffleProbability", step: 0.25 },
      ],
    );
  }
  return found;
}

function text(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
