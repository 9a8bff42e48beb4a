/** @file What each verb is for, in the order in which help lists them: help shows the list without loading a verb. */

export const VERB_SUMMARIES = {
  demo: "The whole line at once: market, training, backtest, verdict",
  init: "Write a documented tidemark.toml and an .env.example",
  fetch: "Fetch candles and funding from a venue",
  import: "Store candles or funding rates from CSV files",
  data: "List, check, repair and remove stored candles",
  features: "Explain the features, or compute them on stored candles",
  train: "Train a policy by PPO on the stored candles",
  full: "The whole pipeline: history, training, backtest, report",
  "train-text": "Train a scorer of headlines from labelled ones",
  tune: "Search for better settings by many short trainings",
  worker: "Run trials of a search that another machine leads",
  backtest: "Judge a model, or a rule alone, on stored candles",
  venue: "A Bybit on this machine, to try trading without an account",
  runs: "List and remove trainings on disk",
  models: "List, show and remove trained models",
  drift: "See whether the market has moved away from a model",
  promotion: "Where models stand on the way from candidate to live",
  promote: "Take a model one stage up, where its gate is passed",
  demote: "Take a model down to a lower stage",
  rollback: "Make the version that was live before live again",
  report: "List, show, open and remove reports",
  stress: "A model or a rule through crashes, gaps, outages and real crises",
  verify: "Prove what is promised",
  bench: "Measure the speed of this machine at Tidemark's work",
  doctor: "Check versions, disk, clock, credentials, network",
} as const;

export type VerbName = keyof typeof VERB_SUMMARIES;
