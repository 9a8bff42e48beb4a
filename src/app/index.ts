/** Use cases that the command line and the server share: configuration, data, trainings, searches, judging. They print nothing. */

export { type Ablated, type AblationOptions, ablate, ablateTogether } from "./ablation/run.ts";
export { type ChatOptions, type OpenChat, openChat } from "./assistant/chatbot.ts";
export { StoredAssistantData } from "./assistant/data.ts";
export { AgentJobs } from "./assistant/job-desk.ts";
export { type BenchContext, type Benchmark, type Pages, quantile } from "./bench/benchmark.ts";
export { BENCHMARKS } from "./bench/index.ts";
export { newestRows } from "./config/backtest.ts";
export { checkConfig } from "./config/check.ts";
export { decisionSettings } from "./config/decision.ts";
export { environmentOverrides, exampleEnv } from "./config/environment.ts";
export { exampleToml } from "./config/example.ts";
export { ruleDecision } from "./config/explicit-decision.ts";
export { featureSelection } from "./config/feature-selection.ts";
export { dataRoot, modelsFolder, reportsFolder, runsFolder } from "./config/folders.ts";
export { configJsonSchema, schemaAt } from "./config/json-schema.ts";
export { CONFIG_FILE, type Config, configOf, loadConfig, type Override } from "./config/load.ts";
export type { AppContext } from "./context.ts";
export { type CollectReport, collectAlternative } from "./data/alternative-collect.ts";
export { type FetchedAlternative, fetchAlternative } from "./data/alternative-fetch.ts";
export { type ImportedFiles, type ImportedSeries, importAlternative } from "./data/alternative-files.ts";
export { chosenSeries, knownSeries, SERIES_GROUPS } from "./data/alternative-names.ts";
export { openFeeds, openSources } from "./data/alternative-sources.ts";
export { coverageByMonth, type MonthCoverage } from "./data/coverage.ts";
export { type DemoMarket, marketOfFolder, marketOfVenue } from "./data/demo-market.ts";
export { exportedRows, exportHeadlines, knownBy, scoreOf, storedHeadlines } from "./data/headlines.ts";
export { askVenue, fetchHistory } from "./data/history.ts";
export { type ImportedSet, type ImportOptions, importFiles } from "./data/import.ts";
export { jointProgress } from "./data/joint-progress.ts";
export { configuredRange, configuredSymbols, DEFAULT_VENUE, openTape, readTape, syntheticEdge } from "./data/market.ts";
export { rowsBetween } from "./data/range.ts";
export { type Check, CheckStatus } from "./doctor/check.ts";
export { runChecks } from "./doctor/checks.ts";
export { Jobs, type Work } from "./jobs/jobs.ts";
export type { WorkOrder } from "./jobs/lines.ts";
export { type ListedModel, listModels, listModelsInSlices, searchText } from "./models/catalog.ts";
export { type ModelDrift, modelDrift } from "./models/drift.ts";
export { findModel, modelNames, modelVersions } from "./models/folders.ts";
export { comparisonData, type Job, judge, judgeModel } from "./models/judge.ts";
export { openModel } from "./models/open.ts";
export { type PolicyParity, policyParity } from "./models/parity.ts";
export { type Removable, removableModel, removableReport, removableRun, remove } from "./models/remove.ts";
export { type GatedModel, gateModel } from "./models/row-gate.ts";
export { backtestStream, type Streamed, streamedData } from "./models/streamed.ts";
export { openSubject, type Subject, type SubjectOptions } from "./models/subject.ts";
export {
  demote,
  type PromotedModel,
  type Promotion,
  promote,
  promotionStandings,
  rollback,
  type StandingOf,
} from "./promotion/promotion.ts";
export { readStageRecord } from "./promotion/record-file.ts";
export { type Retrained, retrain } from "./promotion/retrain.ts";
export { isStrategyFile, loadStrategy } from "./strategies/load.ts";
export { openRule } from "./strategies/rule.ts";
export { type TunedStrategy, tuneStrategy } from "./strategies/tune.ts";
export { stressPlayer } from "./stress/processes.ts";
export { type Archived, archiveJournal } from "./trade/archive.ts";
export { compareTrading } from "./trade/compare.ts";
export { holdCurve } from "./trade/hold-curve.ts";
export {
  exportJournal,
  journalOrder,
  listJournals,
  sessionNames,
  sessionTrades,
  verifyJournalOf,
} from "./trade/journals.ts";
export { type NextDayRisk, nextDayRisk, RISK_TAIL } from "./trade/next-day-risk.ts";
export { type PaperParity, replayStored } from "./trade/replay.ts";
export { type ReproducedSession, reproduceSession } from "./trade/reproduce.ts";
export {
  type BookDecision,
  type BookEvent,
  type BookPosition,
  type BookSession,
  type BookTrade,
  SessionBook,
} from "./trade/session-book.ts";
export {
  type Commanded,
  type CommandOptions,
  commandSession,
  followSession,
  type LiveTerms,
  liveSession,
  paperSession,
  type SessionAsked,
  type Shown,
  sessionCommands,
  sessionOrders,
  sessionStatus,
} from "./trade/sessions.ts";
export { stateFolder } from "./trade/settings.ts";
export { soakSession } from "./trade/soak.ts";
export { thirds } from "./trade/soak-rule.ts";
export { type TortureProof, tortureSession } from "./trade/torture/torture.ts";
export { verifyCrash } from "./trade/verify-crash.ts";
export { verifyEngine } from "./trade/verify-engine.ts";
export { type TrainedClassifierModel, trainClassifier } from "./training/classifier.ts";
export { classifierWords } from "./training/classifier-outcome.ts";
export { correctionRows, correctionText } from "./training/correct-bias.ts";
export { type TrainedEnsemble, trainEnsemble } from "./training/ensemble.ts";
export {
  allRuns,
  allRunsInSlices,
  beginRun,
  type RunEntry,
  runEntryNamed,
  runState,
  type TrainingRun,
} from "./training/runs.ts";
export { type TrainExtras, train } from "./training/train.ts";
export { askedLearner, flaggedConfig, type Trained, type TrainingFlags, trainAll } from "./training/trainings.ts";
export { journalOf, runTune, type Tuned, type TuneOptions, tunedData } from "./tune/run.ts";
export { openSearch, searchNames } from "./tune/searches.ts";
export { serveSearches } from "./tune/serve.ts";
export { wantedOf } from "./tune/trial.ts";
export {
  figure,
  parameterText,
  type ScoreWords,
  STATE_NAMES,
  scoreWords,
  shownParameters,
  trialLine,
} from "./tune/trial-text.ts";
export { type ServedVenue, serveVenue } from "./venue/serve.ts";
export { type ApprovedWalk, approveContexts, approveTrained } from "./walkforward/contexts.ts";
export { type CrossValidated, crossValidateRule } from "./walkforward/cross-validate.ts";
export type { WalkPlan, WalkSubject } from "./walkforward/fold.ts";
export { beginCross, beginWalk, resumeWalk, type Walked } from "./walkforward/run.ts";
