/**
 * Tidemark as a library: candles and features, the simulated exchange, PPO, and the judgment of what came out. Whatever a
 * rule, a feature or an environment of your own needs stands here; `tidemark/testing` checks that it keeps its contract.
 *
 *     import { backtest, decisionConfig, Direction, type Policy, syntheticTape } from "tidemark";
 *
 * Times are UTC milliseconds, prices and money are in the quote currency, shares are fractions (0.02 = 2 %). A failure
 * that can be met is a TidemarkError with a stable code: what is wrong, where, and what to do about it.
 */

// The analyst.
export {
  type CandleRow,
  type ChatAnswer,
  type EndpointOptions,
  type Fact,
  loadMarketChatbot,
  type MarketChatbot,
  type MarketChatbotOptions,
  type TradingSignal,
} from "./assistant/index.ts";
// The vocabulary.
export {
  clearIntents,
  Direction,
  defaultInstrument,
  type ErrorCode,
  type Fill,
  type Instrument,
  InstrumentKind,
  type IntentColumns,
  intentColumns,
  type Progress,
  parseTimeframe,
  Random,
  TidemarkError,
  type Timeframe,
} from "./core/index.ts";
// The judge.
export {
  type BacktestOptions,
  type BacktestResult,
  backtest,
  type CompareOptions,
  type Comparison,
  compareWithBaselines,
  deflatedSharpe,
  type Evaluation,
  purgedSplits,
  type Statistics,
  splitPaths,
  type Trade,
  type Verdict,
  verdict,
  type WriteReportOptions,
  walkForwardWindows,
  writeReport,
} from "./evaluate/index.ts";
// Features.
export {
  Bar,
  computeFeatures,
  describeFeatures,
  type FeatureDefinition,
  FeatureGroup,
  FeaturePipeline,
  type FeatureSelection,
  type FeatureTape,
  fitNormalizer,
  type Indicator,
  type Normalizer,
  normalizeTape,
  reading,
  registerFeature,
} from "./features/index.ts";
// Learning.
export {
  CartPole,
  constant,
  EpisodeCounter,
  type EpisodeRecord,
  linear,
  NormalizedEnv,
  type ObservationFigures,
  PolicyEvaluator,
  PPO_DEFAULTS,
  Ppo,
  type PpoConfig,
  type PpoReport,
  type RewardWeights,
  rewardWeights,
  splitBars,
  TradingEnv,
  type TradingEnvOptions,
  type TrainOptions,
  type TrainResult,
  trainPolicy,
  type VectorEnv,
} from "./learn/index.ts";
// Candles.
export {
  type Candles,
  candleFileSource,
  fundingFileSource,
  type LoadOptions,
  loadTape,
  MarketStore,
  type MarketTape,
  resampleCandles,
  type SymbolHistory,
  sliceTape,
  syntheticTape,
  tapeFromCandles,
} from "./market/index.ts";
// Policies.
export {
  type ActionSpace,
  actionSpace,
  BuyAndHold,
  categoricalSpace,
  type DecisionContext,
  type DecisionExplanation,
  type DeskView,
  loadPolicyModel,
  MASKED_LOGIT,
  ModelPolicy,
  type NetworkSpec,
  networkSpec,
  type OrderBrackets,
  type ParameterValues,
  type Policy,
  type PolicyModel,
  rowsOfTape,
  SmaCross,
  type Strategy,
  StrategyPolicy,
  type SymbolView,
  selectionOf,
} from "./policy/index.ts";
// How intents become fills.
export { type DecisionConfig, type DecisionOverrides, decisionConfig, Permission } from "./risk/index.ts";
