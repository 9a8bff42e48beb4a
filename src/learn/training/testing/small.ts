/** @file A small training on a made-up market: what tests of its parts prepare, in memory and in milliseconds. */
import { parseTimeframe } from "../../../core/index.ts";
import { resolveExchangeConfig } from "../../../exchange/index.ts";
import { type MarketTape, syntheticTape } from "../../../market/index.ts";
import { networkSpec } from "../../../policy/index.ts";
import { resolveSizingConfig } from "../../../portfolio/index.ts";
import { resolveRiskConfig } from "../../../risk/index.ts";
import { type PhaseInput, resolveCurriculum } from "../../curriculum/index.ts";
import { REWARD_DEFAULTS } from "../../env/index.ts";
import { CLASSIC_PPO } from "../../ppo/index.ts";
import type { PhasesOptions, TrainOptions } from "../options.ts";

export function smallMarket(...symbols: string[]): MarketTape {
  return syntheticTape({ seed: 5, bars: 1_600, timeframe: parseTimeframe("5m"), symbols });
}

/** Two symbols, eight accounts; its folders are to be given where anything is written. */
export function smallTraining(changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    tape: smallMarket("BTCUSDT", "ETHUSDT"),
    name: "test",
    version: "1",
    modelFolder: "",
    runFolder: "",
    features: "core20",
    network: networkSpec("gru", { hiddenSize: 16, joinSize: 16, warmup: 32 }),
    actionSpace: "direction-size",
    ppo: { ...CLASSIC_PPO, rollout: 512, batch: 256, epochs: 2, segment: 16, totalSteps: 1_024 },
    stretches: 4,
    accounts: 8,
    episodeBars: 128,
    initialBalance: 10_000,
    reward: REWARD_DEFAULTS,
    decision: { exchange: resolveExchangeConfig(), sizing: resolveSizingConfig(), risk: resolveRiskConfig() },
    split: { trainShare: 0.8, validationShare: 0.15, embargoBars: 12 },
    seed: 11,
    codeVersion: "test",
    saveEvery: 2,
    validateEvery: 2,
    ...changes,
  };
}

/** Every kind of change that a phase can make to its markets. */
export const AUGMENTED = {
  featureNoise: 0.1,
  priceScale: 0.5,
  flipProbability: 0.5,
  permuteProbability: 0.5,
  shuffleProbability: 0.5,
  shuffleBars: 64,
  symbolBalance: 1,
} as const;

/** The recorded market. */
export const RECORDED = {
  featureNoise: 0,
  priceScale: 0,
  flipProbability: 0,
  permuteProbability: 0,
  shuffleProbability: 0,
  shuffleBars: 64,
  symbolBalance: 0,
} as const;

export function phasesOf(inputs: readonly PhaseInput[], changes: Partial<PhasesOptions> = {}): PhasesOptions {
  const curriculum = resolveCurriculum({ phases: inputs });
  return { curriculum, count: inputs.length, useRecommendations: false, marketUpdates: 2, ...changes };
}
