/** @file Every screen by its address: the navigation, the palette and the router read the same list. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { Overview } from "../screens/overview.tsx";

export type Group = "Trade" | "Learn" | "Judge" | "Data" | "System";

export type Screen = {
  readonly path: string;
  readonly title: string;
  readonly group: Group;
  readonly about: string;
  readonly icon: string;
  /** Reached from another screen, not from the navigation. */
  readonly isInner?: boolean;
  readonly view: ComponentType | LazyExoticComponent<ComponentType>;
};

/** A screen in a file of its own, loaded when it is first opened. */
function later<K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K): Screen["view"] {
  return lazy(async () => ({ default: (await load())[name] }));
}

export const SCREENS: readonly Screen[] = [
  {
    path: "/",
    title: "Overview",
    group: "Trade",
    icon: "home",
    about: "Is all well, and what needs you",
    view: Overview,
  },
  {
    path: "/wallet",
    title: "Wallet",
    group: "Trade",
    icon: "wallet",
    about: "Budgets, wallet, usable now, sizing",
    view: later(() => import("../screens/wallet.tsx"), "WalletScreen"),
  },
  {
    path: "/positions",
    title: "Positions",
    group: "Trade",
    icon: "layers",
    about: "What is held, its stops, working orders",
    view: later(() => import("../screens/positions.tsx"), "Positions"),
  },
  {
    path: "/market",
    title: "Market",
    group: "Trade",
    icon: "candles",
    about: "Prices with fills, stops and decisions",
    view: later(() => import("../screens/market.tsx"), "Market"),
  },
  {
    path: "/history",
    title: "History",
    group: "Trade",
    icon: "list",
    about: "Closed trades by asset class and mode",
    view: later(() => import("../screens/history.tsx"), "History"),
  },
  {
    path: "/live",
    title: "Live control",
    group: "Trade",
    icon: "switch",
    about: "From paper to live, gate by gate",
    view: later(() => import("../screens/live.tsx"), "LiveControl"),
  },
  {
    path: "/strategies",
    title: "Strategies",
    group: "Learn",
    icon: "cards",
    about: "Strategies and models, their records",
    view: later(() => import("../screens/strategies.tsx"), "Strategies"),
  },
  {
    path: "/models/:name",
    title: "Model",
    group: "Learn",
    icon: "cards",
    about: "One model and where it comes from",
    isInner: true,
    view: later(() => import("../screens/model.tsx"), "ModelScreen"),
  },
  {
    path: "/runs",
    title: "Trainings",
    group: "Learn",
    icon: "spark",
    about: "Start, stop and follow trainings",
    view: later(() => import("../screens/runs.tsx"), "Runs"),
  },
  {
    path: "/runs/:id",
    title: "Training",
    group: "Learn",
    icon: "spark",
    about: "One training: does it learn",
    isInner: true,
    view: later(() => import("../screens/run.tsx"), "RunScreen"),
  },
  {
    path: "/compare",
    title: "Compare",
    group: "Learn",
    icon: "compare",
    about: "Runs over each other and what differs",
    view: later(() => import("../screens/compare.tsx"), "Compare"),
  },
  {
    path: "/studies",
    title: "Studies",
    group: "Learn",
    icon: "search",
    about: "Searches for settings, trial by trial",
    view: later(() => import("../screens/studies.tsx"), "Studies"),
  },
  {
    path: "/studies/:id",
    title: "Study",
    group: "Learn",
    icon: "search",
    about: "One search",
    isInner: true,
    view: later(() => import("../screens/study.tsx"), "StudyScreen"),
  },
  {
    path: "/reports",
    title: "Reports",
    group: "Judge",
    icon: "scale",
    about: "Backtests, walk-forward, stress: verdicts first",
    view: later(() => import("../screens/reports.tsx"), "Reports"),
  },
  {
    path: "/reports/:id",
    title: "Report",
    group: "Judge",
    icon: "scale",
    about: "One verdict and its figures",
    isInner: true,
    view: later(() => import("../screens/report.tsx"), "ReportScreen"),
  },
  {
    path: "/results",
    title: "Results",
    group: "Judge",
    icon: "table",
    about: "Walk-forwards, stress, drift, parity, side by side",
    view: later(() => import("../screens/judgements.tsx"), "Results"),
  },
  {
    path: "/results/:id",
    title: "Result",
    group: "Judge",
    icon: "table",
    about: "One walk-forward, stress, drift or parity",
    isInner: true,
    view: later(() => import("../screens/judgements.tsx"), "ResultScreen"),
  },
  {
    path: "/analyst",
    title: "Analyst",
    group: "Judge",
    icon: "talk",
    about: "Questions about markets, results, positions",
    view: later(() => import("../screens/assistant.tsx"), "Assistant"),
  },
  {
    path: "/parity",
    title: "Parity",
    group: "Judge",
    icon: "equal",
    about: "Does live equal test",
    view: later(() => import("../screens/parity.tsx"), "Parity"),
  },
  {
    path: "/checks",
    title: "Bias and leaks",
    group: "Judge",
    icon: "shield",
    about: "Leaks, drift, warm-up: can it be believed",
    view: later(() => import("../screens/checks.tsx"), "Checks"),
  },
  {
    path: "/data",
    title: "Data",
    group: "Data",
    icon: "database",
    about: "Coverage, gaps, quality, fetching",
    view: later(() => import("../screens/data.tsx"), "Data"),
  },
  {
    path: "/features",
    title: "Features",
    group: "Data",
    icon: "wave",
    about: "What a model sees",
    view: later(() => import("../screens/features.tsx"), "Features"),
  },
  {
    path: "/risk",
    title: "Risk",
    group: "System",
    icon: "gauge",
    about: "Limits used, refusals, stress",
    view: later(() => import("../screens/risk.tsx"), "Risk"),
  },
  {
    path: "/journal",
    title: "Journal",
    group: "System",
    icon: "book",
    about: "What happened, every command, logs",
    view: later(() => import("../screens/journal.tsx"), "Journal"),
  },
  {
    path: "/jobs",
    title: "Jobs",
    group: "System",
    icon: "gear",
    about: "Long work: progress, log, stop",
    view: later(() => import("../screens/jobs.tsx"), "Jobs"),
  },
  {
    path: "/settings",
    title: "Settings",
    group: "System",
    icon: "sliders",
    about: "Configuration, access, this page",
    view: later(() => import("../screens/settings.tsx"), "SettingsScreen"),
  },
];

export const GROUPS: readonly Group[] = ["Trade", "Learn", "Judge", "Data", "System"];
