export { checkEnv, type EnvCheckOptions } from "./check-env.ts";
export { NormalizedEnv, type ObservationFigures } from "./normalized-env.ts";
export { REWARD_DEFAULTS, type RewardWeights, rewardWeights, SHAPED_REWARD } from "./rewards.ts";
export { type SourceDropout, withOutages } from "./source-dropout.ts";
export {
  type BarRange,
  SPLIT_DEFAULTS,
  type Split,
  type SplitOptions,
  splitBars,
  startsInParts,
  trainingParts,
} from "./split.ts";
export { TradingEnv, type TradingEnvOptions } from "./trading-env.ts";
export { type EnvShape, EpisodeCounter, type EpisodeRecord, type VectorEnv } from "./vector-env.ts";
