/** @file Every route under /api/v1: method, path, the tier that it asks for, and what it answers. */
import type { z } from "zod";
import {
  madeTokenSchema,
  newTokenSchema,
  raisedSchema,
  raiseSchema,
  signedInSchema,
  signInSchema,
  tokensSchema,
  whoSchema,
} from "./access.ts";
import { dialogueSchema, questionSchema } from "./assistant.ts";
import type { Tier } from "./common.ts";
import {
  allSeriesSchema,
  checksSchema,
  configSchema,
  coverageSchema,
  dataSchema,
  featuresSchema,
  indicatorsSchema,
} from "./data.ts";
import { jobDetailSchema, jobLogSchema, jobSchema, jobsSchema, newJobSchema } from "./jobs.ts";
import {
  differenceSchema,
  reportSchema,
  reportsSchema,
  resultDetailSchema,
  resultsSchema,
  ticketSchema,
} from "./judge.ts";
import {
  modelSchema,
  modelsSchema,
  promotionsSchema,
  runComparisonSchema,
  runDetailSchema,
  runsSchema,
  studiesSchema,
  trialsSchema,
} from "./learn.ts";
import { overviewSchema } from "./overview.ts";
import {
  allCommandSchema,
  commandRequestSchema,
  commandSchema,
  commandsSchema,
  decisionsSchema,
  eventsSchema,
  historySchema,
  liveChangeRequestSchema,
  liveChangeSchema,
  liveChangesSchema,
  logSchema,
  ordersSchema,
  positionsSchema,
  requestsSchema,
  riskSchema,
  sessionSchema,
  sessionsSchema,
  storySchema,
  walletSchema,
} from "./trade.ts";

export type Route = {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly summary: string;
  /** "none" for what is asked before a session exists. */
  readonly tier: Tier | "none";
  /** Names in the query that are understood; all are optional unless the route says so. */
  readonly query?: readonly string[];
  readonly body?: z.ZodType;
  /** Absent where the answer is bytes or a document of its own. */
  readonly answer?: z.ZodType;
  /** Whether the answer comes as server-sent events. Such a request has no idempotency key: nothing is changed by it. */
  readonly isStream?: true;
};

const SESSION = "/sessions/{mode}/{name}";

export const ROUTES = {
  signIn: {
    method: "post",
    path: "/session",
    summary: "Trade a one-time code for a session",
    tier: "none",
    body: signInSchema,
    answer: signedInSchema,
  },
  who: { method: "get", path: "/session", summary: "Who asks, and what they may", tier: "view", answer: whoSchema },
  signOut: { method: "delete", path: "/session", summary: "End this session", tier: "view" },
  raise: {
    method: "post",
    path: "/session/live",
    summary: "Let this page raise live risk for five minutes, by the password of `tidemark token password`",
    tier: "operate",
    body: raiseSchema,
    answer: raisedSchema,
  },
  lower: { method: "delete", path: "/session/live", summary: "Take that back", tier: "operate" },
  tokens: { method: "get", path: "/tokens", summary: "Tokens of programs", tier: "view", answer: tokensSchema },
  makeToken: {
    method: "post",
    path: "/tokens",
    summary: "Make a token; its secret is shown once",
    tier: "operate",
    body: newTokenSchema,
    answer: madeTokenSchema,
  },
  revokeToken: { method: "delete", path: "/tokens/{id}", summary: "Revoke a token", tier: "operate" },

  overview: {
    method: "get",
    path: "/overview",
    summary: "Everything that matters, at once",
    tier: "view",
    answer: overviewSchema,
  },
  sessions: {
    method: "get",
    path: "/sessions",
    summary: "Every trading session, running or not",
    tier: "view",
    answer: sessionsSchema,
  },
  session: { method: "get", path: SESSION, summary: "One session", tier: "view", answer: sessionSchema },
  positions: {
    method: "get",
    path: "/positions",
    summary: "Positions of all running sessions",
    tier: "view",
    answer: positionsSchema,
  },
  orders: {
    method: "get",
    path: `${SESSION}/orders`,
    summary: "Orders of the last days, newest first",
    tier: "view",
    answer: ordersSchema,
  },
  story: {
    method: "get",
    path: `${SESSION}/orders/{order}/story`,
    summary: "What was known when an order was sent",
    tier: "view",
    answer: storySchema,
  },
  decisions: {
    method: "get",
    path: `${SESSION}/decisions`,
    summary: "Decisions, newest first, with what became of them",
    tier: "view",
    query: ["symbol", "cursor", "limit"],
    answer: decisionsSchema,
  },
  events: {
    method: "get",
    path: `${SESSION}/events`,
    summary: "The journal in words, newest first",
    tier: "view",
    query: ["kind", "symbol", "level", "cursor", "limit"],
    answer: eventsSchema,
  },
  log: {
    method: "get",
    path: `${SESSION}/log`,
    summary: "What a session's process said lately, newest first",
    tier: "view",
    query: ["level"],
    answer: logSchema,
  },
  requests: {
    method: "get",
    path: `${SESSION}/requests`,
    summary: "How many requests the venue takes from it now",
    tier: "view",
    answer: requestsSchema,
  },
  equity: { method: "get", path: `${SESSION}/equity`, summary: "Columns timeMs, equity, drawdown", tier: "view" },
  history: {
    method: "get",
    path: "/history/{asset}/{mode}",
    summary: "Closed trades of an asset class in a mode, with totals",
    tier: "view",
    query: ["sort", "order", "symbol", "session", "from", "to", "cursor", "limit"],
    answer: historySchema,
  },
  classEquity: {
    method: "get",
    path: "/equity/{asset}/{mode}",
    summary: "Columns timeMs, equity, budget, drawdown, summed over sessions",
    tier: "view",
  },
  risk: {
    method: "get",
    path: "/risk",
    summary: "What the next day may cost each session, from its own days",
    tier: "view",
    answer: riskSchema,
  },
  wallet: {
    method: "get",
    path: "/wallet",
    summary: "What each asset class may use now",
    tier: "view",
    answer: walletSchema,
  },
  command: {
    method: "post",
    path: `${SESSION}/commands`,
    summary: "Tell a running engine; less risk is one step",
    tier: "operate",
    body: commandRequestSchema,
    answer: commandSchema,
  },
  commands: {
    method: "get",
    path: `${SESSION}/commands`,
    summary: "Commands of the last days with their ends, newest first: who, when, from where",
    tier: "view",
    answer: commandsSchema,
  },
  commandAll: {
    method: "post",
    path: "/engine/commands",
    summary: "Lower the risk of every running session",
    tier: "operate",
    body: allCommandSchema,
    answer: commandsSchema,
  },

  changeLive: {
    method: "post",
    path: "/live/changes",
    summary: "Raise the risk of a live session, some seconds from now",
    tier: "live",
    body: liveChangeRequestSchema,
    answer: liveChangeSchema,
  },
  liveChanges: {
    method: "get",
    path: "/live/changes",
    summary: "Changes that raise live risk, newest first",
    tier: "view",
    answer: liveChangesSchema,
  },
  takeBackLive: {
    method: "delete",
    path: "/live/changes/{id}",
    summary: "Take a change back before it is carried out",
    tier: "operate",
    answer: liveChangeSchema,
  },

  models: {
    method: "get",
    path: "/models",
    summary: "Models with their newest verdict",
    tier: "view",
    answer: modelsSchema,
  },
  model: { method: "get", path: "/models/{name}/{version}", summary: "One model", tier: "view", answer: modelSchema },
  promotions: {
    method: "get",
    path: "/promotions",
    summary: "Stages of models",
    tier: "view",
    answer: promotionsSchema,
  },
  runs: { method: "get", path: "/runs", summary: "Trainings on disk", tier: "view", answer: runsSchema },
  compareRuns: {
    method: "get",
    path: "/run-settings",
    summary: "Settings of several trainings: those that differ, or all of them",
    tier: "view",
    query: ["runs", "all"],
    answer: runComparisonSchema,
  },
  run: { method: "get", path: "/runs/{id}", summary: "One training", tier: "view", answer: runDetailSchema },
  runMetrics: { method: "get", path: "/runs/{id}/metrics", summary: "Columns step and every curve", tier: "view" },
  studies: { method: "get", path: "/studies", summary: "Searches", tier: "view", answer: studiesSchema },
  trials: {
    method: "get",
    path: "/studies/{name}/trials",
    summary: "Trials of a search",
    tier: "view",
    query: ["after"],
    answer: trialsSchema,
  },

  reports: { method: "get", path: "/reports", summary: "Reports, newest first", tier: "view", answer: reportsSchema },
  report: {
    method: "get",
    path: "/reports/{id}",
    summary: "A report's figures and verdict",
    tier: "view",
    answer: reportSchema,
  },
  reportEquity: {
    method: "get",
    path: "/reports/{id}/equity",
    summary: "Columns timeMs, equity: growth of one unit, with every extreme",
    tier: "view",
  },
  reportTicket: {
    method: "post",
    path: "/reports/{id}/ticket",
    summary: "An address that shows the report's page once",
    tier: "view",
    answer: ticketSchema,
  },

  results: {
    method: "get",
    path: "/results",
    summary: "Walk-forwards, stress, bias, drift, parity: newest first",
    tier: "view",
    query: ["kind"],
    answer: resultsSchema,
  },
  result: {
    method: "get",
    path: "/results/{id}",
    summary: "One of them, with everything that its verb says",
    tier: "view",
    answer: resultDetailSchema,
  },
  resultTicket: {
    method: "post",
    path: "/results/{id}/ticket",
    summary: "An address that shows the result's page once",
    tier: "view",
    answer: ticketSchema,
  },
  difference: {
    method: "get",
    path: "/difference",
    summary: "Two records of trading (sessions or reports): trade by trade, by cause",
    tier: "view",
    query: ["a", "b"],
    answer: differenceSchema,
  },

  data: { method: "get", path: "/data", summary: "Stored candles", tier: "view", answer: dataSchema },
  coverage: {
    method: "get",
    path: "/data/coverage",
    summary: "How much of each month a stored series has",
    tier: "view",
    query: ["venue", "symbol", "kind", "timeframe"],
    answer: coverageSchema,
  },
  series: {
    method: "get",
    path: "/series",
    summary: "What a chart can show: bars of sessions, and those that are stored",
    tier: "view",
    answer: allSeriesSchema,
  },
  candles: {
    method: "get",
    path: "/candles",
    summary: "Candles as columns",
    tier: "view",
    query: ["session", "venue", "symbol", "kind", "timeframe", "as", "from", "to", "max"],
  },
  indicators: {
    method: "get",
    path: "/indicators",
    summary: "What can be drawn over candles or below them",
    tier: "view",
    answer: indicatorsSchema,
  },
  indicatorLines: {
    method: "get",
    path: "/candles/indicators",
    summary: "Columns timeMs and every line of the named indicators, by the code that features are made by",
    tier: "view",
    query: ["session", "venue", "symbol", "kind", "timeframe", "as", "from", "to", "names"],
  },
  features: { method: "get", path: "/features", summary: "What a model can see", tier: "view", answer: featuresSchema },
  config: { method: "get", path: "/config", summary: "Resolved settings", tier: "view", answer: configSchema },
  configSchema: { method: "get", path: "/config/schema", summary: "The JSON schema of tidemark.toml", tier: "view" },
  doctor: { method: "get", path: "/doctor", summary: "Checks of this machine", tier: "view", answer: checksSchema },

  askAnalyst: {
    method: "post",
    path: "/assistant/messages",
    summary: "Ask the analyst; the answer comes as server-sent events phase, text, answer, error",
    tier: "view",
    body: questionSchema,
    isStream: true,
  },
  dialogue: {
    method: "get",
    path: "/assistant/conversations/{id}",
    summary: "What the analyst remembers of a conversation",
    tier: "view",
    answer: dialogueSchema,
  },
  forgetDialogue: {
    method: "delete",
    path: "/assistant/conversations/{id}",
    summary: "Let the analyst forget a conversation",
    tier: "view",
  },

  jobs: { method: "get", path: "/jobs", summary: "Long work, newest first", tier: "view", answer: jobsSchema },
  job: { method: "get", path: "/jobs/{id}", summary: "One job with its result", tier: "view", answer: jobDetailSchema },
  jobLog: {
    method: "get",
    path: "/jobs/{id}/log",
    summary: "What a job said",
    tier: "view",
    query: ["after"],
    answer: jobLogSchema,
  },
  startJob: {
    method: "post",
    path: "/jobs",
    summary: "Start long work",
    tier: "operate",
    body: newJobSchema,
    answer: jobSchema,
  },
  stopJob: {
    method: "post",
    path: "/jobs/{id}/stop",
    summary: "Stop it cleanly: it saves itself",
    tier: "operate",
    answer: jobSchema,
  },
} as const satisfies Readonly<Record<string, Route>>;
export type RouteName = keyof typeof ROUTES;
