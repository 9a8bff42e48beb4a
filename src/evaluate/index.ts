export { type ClockFeature, clockFeatures } from "./ablation/clock.ts";
export {
  type AblationResult,
  type AblationSide,
  ablationVerdict,
  amongGroups,
  judgeAblation,
} from "./ablation/judge.ts";
export { ablationSplit, ablationVariants } from "./ablation/plan.ts";
export { PLANTED_FEATURES, type PlantedSource, plantSource } from "./ablation/planted.ts";
export {
  type AblationMarket,
  type AblationVariant,
  movedSeries,
  runVariant,
  type VariantRecord,
  variantRecord,
} from "./ablation/variant.ts";
export { unavailable } from "./availability.ts";
export { type BacktestOptions, backtest } from "./backtest.ts";
export {
  BASELINE_NAMES,
  type BaselineName,
  type BaselineOptions,
  baselineConfig,
  baselinePolicy,
  DEFAULT_SMA_CROSS,
  twinConfig,
} from "./baselines.ts";
export { analyzeBias, type BiasResult } from "./bias/analyze.ts";
export { biasPage } from "./bias/page.ts";
export { type BiasFinding, biasFindings, biasHeadline } from "./bias/verdict.ts";
export { checkPolicy, type PolicyCheckOptions } from "./check-policy.ts";
export { COST_LADDER, type CompareOptions, compareWithBaselines, costLadder, rungsWith } from "./compare.ts";
export {
  type BaselineEvaluation,
  type Comparison,
  type CostRung,
  type Evaluation,
  evaluate,
  type RangeCut,
  type SearchInfo,
  type TwinField,
} from "./evaluation.ts";
export {
  type FeatureImportance,
  featureImportance,
  type ImportanceOptions,
  type ImportanceResult,
} from "./importance.ts";
export { type Beats, type Condition, type InSample, Standing, type TwinRank, type Verdict } from "./judgement.ts";
export { type Fault, type LeakCheck } from "./leak/fault.ts";
export { type Planted, plantBiases, plantLeaks, plantWarmups } from "./leak/planted.ts";
export { type LeakOptions, type LeakResult, verifyLeaks, verifyWarmup } from "./leak/verify.ts";
export {
  appendLedger,
  countTrials,
  LEDGER_FILE,
  type LedgerLook,
  type LedgerSearch,
  lookOf,
  readLedger,
  type TrialCount,
} from "./ledger.ts";
export { classifierPage } from "./pages/classifier-page.ts";
export { comparisonPage, readRun } from "./pages/compare.ts";
export {
  listResults,
  listResultsInSlices,
  RESULT_KINDS,
  type ResultKind,
  readResult,
  type StoredResult,
} from "./pages/results.ts";
export { type WrittenPage, writePage, writeResult } from "./pages/store.ts";
export type { ParityModel, ParityResult, ParityRun } from "./parity/check.ts";
export type { Difference } from "./parity/differences.ts";
export { type ParitySuiteOptions, type ParitySuiteResult, verifyParity } from "./parity/suite.ts";
export { roughenTape } from "./parity/tapes.ts";
export type { BacktestResult, EquityCurve, RefusalCounts } from "./record.ts";
export type { ReportSummary, StrategySummary } from "./report/files.ts";
export { portfolioRiskLine } from "./report/portfolio-risk.ts";
export {
  listReports,
  listReportsInSlices,
  loadReport,
  type ReportList,
  type WriteReportOptions,
  type WrittenReport,
  writeReport,
} from "./report/store.ts";
export { barReturns, type DailyReturns, dailyReturns, daysPerYear, headlineReturns } from "./returns.ts";
export { judgeSearch, type SearchVerdict } from "./search-verdict.ts";
export { filteredRisk } from "./statistics/filtered-risk.ts";
export {
  backtestOverfitting,
  deflatedBenchmark,
  deflatedSharpe,
  effectiveTrials,
  expectedMaximum,
  minimumBacktestBound,
  minimumBacktestYears,
  minimumTrackRecord,
  type OverfittingProbability,
  probabilisticSharpe,
  sharpeStandardError,
  type TrackRecord,
} from "./statistics/overfitting.ts";
export { type ReturnStatistics, returnStatistics } from "./statistics/return-statistics.ts";
export { sharpeLead } from "./statistics/sharpe-lead.ts";
export { type Statistics, statistics } from "./statistics/statistics.ts";
export { historicalShortfall, historicalVar } from "./statistics/tail-risk.ts";
export { KEEP_BARS, type StreamedBacktestOptions, streamedBacktest } from "./streamed-backtest.ts";
export { streamedPage } from "./streamed-page.ts";
export { playJob, type StressJob, type StressOutcome } from "./stress/jobs.ts";
export { STRESS_HEAD, stressCells, stressHeadline, stressPage, stressSentences } from "./stress/page.ts";
export { runStress, type StressOptions, type StressPlayer, type StressResult } from "./stress/run.ts";
export { SCENARIOS } from "./stress/scenarios.ts";
export { formatStatistics, formatTable } from "./table.ts";
export { TradeNotes } from "./trade-notes.ts";
export { type FundingPayment, reconstructTrades, type Trade } from "./trades.ts";
export { verdict } from "./verdict.ts";
export { type ContextTrades, contextTrades } from "./walkforward/context-trades.ts";
export {
  CROSS_HEAD,
  crossCells,
  crossHeadline,
  crossPage,
  crossSentences,
} from "./walkforward/cross-page.ts";
export {
  type CrossValidation,
  crossValidate,
  crossValidateTrials,
  type SplitTrial,
} from "./walkforward/cross-validation.ts";
export { type FoldRecord, foldRecord, type JoinedWalk, joinFolds } from "./walkforward/join.ts";
export { WALK_HEAD, walkCells, walkHeadline, walkPage, walkSentences } from "./walkforward/page.ts";
export { purgedSplits, splitPaths, type WalkWindow, walkForwardWindows } from "./walkforward/windows.ts";
