/**
 * @file The phases of a long training as data: nine by default, a foundation to 1,000,000 account-steps and mastery to
 * 10,000,000. What changes from one to the next, and why:
 *
 * - The learning rate, the clip range and the wanted divergence fall, so that late steps refine and don't overthrow.
 * - The entropy weight falls: first look around, then decide.
 * - The horizon (1 / (1 - gamma)) and the episodes grow: nearby effects are learned first (Francois-Lavet, Fonteneau and
 *   Ernst, "How to discount deep reinforcement learning", 2015).
 * - Augmentation rises, is strongest when the policy can stand it, and fades, so that the last steps see the market as it is.
 */
import type { PhaseSettings } from "./settings.ts";

export type Phase = PhaseSettings & {
  readonly name: string;
  /** Which part of the training it belongs to. */
  readonly stage: "foundation" | "mastery";
  /** Budget in account-steps. */
  readonly steps: number;
};

const NO_AUGMENTATION = {
  featureNoise: 0,
  priceScale: 0,
  flipProbability: 0,
  permuteProbability: 0,
  shuffleProbability: 0,
  shuffleBars: 2016,
  symbolBalance: 0,
} as const;

const ORIENTATION: Phase = {
  ...NO_AUGMENTATION,
  name: "orientation",
  stage: "foundation",
  steps: 100_000,
  learningRate: 3e-4,
  entropy: 0.02,
  betaEntropy: 0.002,
  clip: 0.2,
  targetKl: 0.03,
  valueCoefficient: 0.5,
  gamma: 0.97,
  episodeBars: 256,
};

const COSTS: Phase = {
  ...ORIENTATION,
  name: "costs",
  steps: 200_000,
  gamma: 0.98,
  episodeBars: 512,
  featureNoise: 0.01,
};

const BREADTH: Phase = {
  ...COSTS,
  name: "breadth",
  steps: 300_000,
  entropy: 0.015,
  betaEntropy: 0.0015,
  gamma: 0.985,
  episodeBars: 1024,
  featureNoise: 0.02,
  priceScale: 0.2,
  permuteProbability: 0.25,
  symbolBalance: 1,
};

const CONSOLIDATION: Phase = {
  ...BREADTH,
  name: "consolidation",
  steps: 400_000,
  learningRate: 2.5e-4,
  entropy: 0.012,
  betaEntropy: 0.0012,
  targetKl: 0.02,
  gamma: 0.99,
};

const BOTH_DIRECTIONS: Phase = {
  ...CONSOLIDATION,
  name: "both-directions",
  stage: "mastery",
  steps: 1_000_000,
  featureNoise: 0.03,
  flipProbability: 0.5,
  permuteProbability: 0.5,
};

const ROBUSTNESS: Phase = {
  ...BOTH_DIRECTIONS,
  name: "robustness",
  steps: 1_500_000,
  learningRate: 2e-4,
  entropy: 0.01,
  betaEntropy: 0.001,
  episodeBars: 2048,
  featureNoise: 0.05,
  priceScale: 0.7,
  shuffleProbability: 0.3,
};

const LONG_HORIZON: Phase = {
  ...ROBUSTNESS,
  name: "long-horizon",
  steps: 2_000_000,
  learningRate: 1.5e-4,
  entropy: 0.007,
  betaEntropy: 0.0007,
  clip: 0.15,
  targetKl: 0.015,
  gamma: 0.995,
  episodeBars: 4096,
  featureNoise: 0.03,
  flipProbability: 0.3,
  permuteProbability: 0.3,
  // Memory over long stretches is what is learned here.
  shuffleProbability: 0,
};

const REFINEMENT: Phase = {
  ...LONG_HORIZON,
  name: "refinement",
  steps: 2_000_000,
  learningRate: 1e-4,
  entropy: 0.005,
  betaEntropy: 0.0005,
  featureNoise: 0.02,
  priceScale: 0.3,
  flipProbability: 0.2,
  permuteProbability: 0.2,
};

const POLISH: Phase = {
  ...REFINEMENT,
  name: "polish",
  steps: 2_500_000,
  learningRate: 5e-5,
  entropy: 0.002,
  betaEntropy: 0.0002,
  clip: 0.1,
  targetKl: 0.01,
  featureNoise: 0.01,
  priceScale: 0.1,
  flipProbability: 0.1,
  permuteProbability: 0.1,
};

export const DEFAULT_PHASES: readonly Phase[] = [
  ORIENTATION,
  COSTS,
  BREADTH,
  CONSOLIDATION,
  BOTH_DIRECTIONS,
  ROBUSTNESS,
  LONG_HORIZON,
  REFINEMENT,
  POLISH,
];

/** The same phases with budgets that sum to `totalSteps`, in the same proportions. */
export function scalePhases(phases: readonly Phase[], totalSteps: number): Phase[] {
  const planned = phases.reduce((sum, phase) => sum + phase.steps, 0);
  let before = 0;
  let given = 0;
  return phases.map((phase) => {
    before += phase.steps;
    // Rounding the running sum leaves no step over.
    const end = Math.round((before / planned) * totalSteps);
    const steps = end - given;
    given = end;
    return { ...phase, steps };
  });
}
