/** @file The verbs. Each is loaded when it is asked for: most of them stand on the whole house, help on none of it. */
import type { Command } from "commander";
import type { VerbRunner } from "../verb.ts";
import type { VerbName } from "./summaries.ts";

export type Registration = (program: Command, runner: VerbRunner) => void;

export const VERBS: Readonly<Record<VerbName, () => Promise<Registration>>> = {
  demo: async () => (await import("./demo.ts")).registerDemo,
  init: async () => (await import("./init.ts")).registerInit,
  fetch: async () => (await import("./fetch.ts")).registerFetch,
  import: async () => (await import("./import.ts")).registerImport,
  data: async () => (await import("./data.ts")).registerData,
  features: async () => (await import("./features.ts")).registerFeatures,
  train: async () => (await import("./train.ts")).registerTrain,
  full: async () => (await import("./full.ts")).registerFull,
  "train-text": async () => (await import("./train-text.ts")).registerTrainText,
  tune: async () => (await import("./tune.ts")).registerTune,
  worker: async () => (await import("./worker.ts")).registerWorker,
  backtest: async () => (await import("./backtest.ts")).registerBacktest,
  venue: async () => (await import("./venue.ts")).registerVenue,
  runs: async () => (await import("./runs.ts")).registerRuns,
  walkforward: async () => (await import("./walkforward.ts")).registerWalkforward,
  stress: async () => (await import("./stress.ts")).registerStress,
  paper: async () => (await import("./paper.ts")).registerPaper,
  live: async () => (await import("./live.ts")).registerLive,
  status: async () => (await import("./engine-verbs.ts")).registerStatus,
  positions: async () => (await import("./engine-verbs.ts")).registerPositions,
  orders: async () => (await import("./engine-verbs.ts")).registerOrders,
  explain: async () => (await import("./engine-verbs.ts")).registerExplain,
  halt: async () => (await import("./engine-verbs.ts")).registerHalt,
  resume: async () => (await import("./engine-verbs.ts")).registerResume,
  flatten: async () => (await import("./engine-verbs.ts")).registerFlatten,
  "close-only": async () => (await import("./engine-verbs.ts")).registerCloseOnly,
  journal: async () => (await import("./journal.ts")).registerJournal,
  models: async () => (await import("./models.ts")).registerModels,
  drift: async () => (await import("./drift.ts")).registerDrift,
  promotion: async () => (await import("./promotion.ts")).registerPromotion,
  promote: async () => (await import("./promotion.ts")).registerPromote,
  demote: async () => (await import("./promotion.ts")).registerDemote,
  rollback: async () => (await import("./promotion.ts")).registerRollback,
  report: async () => (await import("./report.ts")).registerReport,
  chat: async () => (await import("./chat.ts")).registerChat,
  mcp: async () => (await import("./mcp.ts")).registerMcp,
  verify: async () => (await import("./verify.ts")).registerVerify,
  bench: async () => (await import("./bench.ts")).registerBench,
  doctor: async () => (await import("./doctor.ts")).registerDoctor,
};
