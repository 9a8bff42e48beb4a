/** @file What the fake world's models were judged by: reports, results of every kind, a difference of two records. */
import type { Difference, Report, Result } from "../../src/server/contract/index.ts";
import { HOUR, WORLD_MS } from "./fake-data.ts";

function strategy(
  name: string,
  totalReturn: number,
  sharpe: number,
  maxDrawdown: number,
  trades: number,
  winRate: number,
): Report["policy"] {
  return { name, totalReturn, sharpe, maxDrawdown, trades, winRate };
}

export function reportsOf(): Report[] {
  return [
    {
      id: "2026-02-19-1102",
      madeMs: WORLD_MS - 11 * 24 * HOUR,
      policy: strategy("tidemark/3", 0.184, 1.31, 0.092, 412, 0.537),
      baselines: [
        strategy("buy and hold", 0.121, 0.62, 0.281, 3, 0.66),
        strategy("SMA cross", 0.034, 0.31, 0.14, 96, 0.39),
        strategy("flat", 0, 0, 0, 0, 0),
      ],
      symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"],
      timeframe: "1h",
      synthetic: false,
      model: "tidemark/3",
      tradeHash: "9f2c41d07a6be0c8",
      verdict: {
        standing: "better",
        headline: "Better than its baselines after every cost; may be followed on paper",
        sentences: [
          "Over 8 months that it never saw it earned 18.4 % with a drawdown of 9.2 %.",
          "24 settings were tried before it; the Sharpe ratio is deflated by them.",
        ],
        conditions: [
          { name: "Beats buy and hold", passed: true, text: "Sharpe 1.31 against 0.62" },
          { name: "Deflated Sharpe", passed: true, text: "0.96 with 24 tries counted, at least 0.95" },
          { name: "Twice the costs", passed: false, text: "-1.2 % with doubled costs" },
          { name: "Enough trades", passed: null, text: "412, the least for this horizon is not known" },
        ],
      },
    },
  ];
}

const DRIFT_ID = "2026-02-20-110000-drift-tidemark";
const STRESS_ID = "2026-02-20-090000-stress-tidemark";

const judged = (id: string, kind: Result["kind"], headline: string, figures: Result["figures"]): Result => ({
  id,
  kind,
  name: "tidemark/3",
  madeMs: WORLD_MS - 5 * 86_400_000,
  headline,
  figures,
  hasPage: kind !== "drift",
});

export function resultsOf(): Result[] {
  return [
    judged("2026-02-21-090000-walkforward-a", "walkforward", "Over 6 windows it made 12.1 %; 5 of 6 were profitable.", {
      totalReturn: 0.121,
      sharpe: 1.1,
      windows: 6,
    }),
    judged("2026-02-20-100000-walkforward-b", "walkforward", "Over 6 windows it made 3.4 %; 3 of 6 were profitable.", {
      totalReturn: 0.034,
      sharpe: 0.4,
      windows: 6,
    }),
    judged(DRIFT_ID, "drift", "Worth a note: inputs look unusual, and what the model says does not.", { weeks: 6 }),
    judged(STRESS_ID, "stress", "It loses the account in 1 of 3 scenarios.", { scenarios: 3, survived: 2 }),
  ];
}

/** What is behind a result: a walk of six windows, or the stress below. */
export function resultDataOf(id: string): object {
  if (id === STRESS_ID) return RESULTS["stress"] as object;
  if (id === DRIFT_ID) return driftOf();
  const scale = id.endsWith("a") ? 1 : 0.3;
  const timesMs = Array.from({ length: 60 }, (_, i) => WORLD_MS - (60 - i) * 86_400_000);
  const fold = (index: number): object => ({
    index,
    testFromMs: timesMs[index * 10],
    testToMs: timesMs[index * 10 + 9],
    totalReturn: 0.02 * scale,
    holdReturn: 0.01,
    sharpe: scale,
    maxDrawdown: 0.03,
    trades: 40,
  });
  return {
    headline: resultsOf().find((one) => one.id === id)?.headline,
    folds: [0, 1, 2, 3, 4, 5].map(fold),
    timesMs,
    equity: timesMs.map((_, i) => 10_000 * (1 + 0.002 * i * scale + 0.01 * Math.sin(i))),
    seams: [10, 20, 30, 40, 50],
  };
}

/** Shares of a bell curve about a mean. */
const bell = (mean: number): number[] => {
  const heights = Array.from({ length: 26 }, (_, i) => Math.exp(-0.5 * (-3.125 + i / 4 - mean) ** 2));
  const sum = heights.reduce((total, height) => total + height, 0);
  return heights.map((height) => height / sum);
};

/** Bell curves of features, some of which have moved. */
function driftOf(): object {
  const edges = Array.from({ length: 25 }, (_, i) => -3 + i / 4);
  const features = [
    ["return_1", 0.05, 0.01],
    ["rsi_14", 0.4, 0.16],
    ["atr_14", 1.1, 0.93],
    ["funding_z", -0.2, 0.04],
  ] as const;
  return {
    watched: 12,
    beyondShare: 0.021,
    weeks: [{ toMs: WORLD_MS, beyond: ["atr_14"], broken: [], alarm: false, furthest: [["BTCUSDT atr_14", 0.6, 0.4]] }],
    shapes: {
      edges,
      features: features.map(([name, mean, moved]) => ({
        name,
        trained: bell(0),
        since: bell(mean),
        meanSince: mean,
        moved,
        newest: [{ symbol: "BTCUSDT", value: mean + 0.3 }],
      })),
      correlations: features.map((_, r) => features.map((__, c) => (r === c ? 1 : Math.cos(2 * (r + c) + r * c)))),
    },
  };
}

export const DIFFERENCE: Difference = {
  a: "2026-02-19-1102",
  b: "paper/tidemark-3",
  netA: "120.5",
  netB: "96.25",
  difference: "-24.25",
  parts: { data: "0", signal: "-18", timing: "0", price: "-4.25", fee: "-2", funding: "0", refusal: "0", size: "0" },
  matched: 41,
  onlyA: 1,
  onlyB: 0,
  trades: [
    {
      symbol: "BTCUSDT",
      entryMs: WORLD_MS - 86_400_000,
      a: {
        side: "long",
        entryMs: WORLD_MS - 86_400_000,
        exitMs: WORLD_MS - 80_000_000,
        quantity: "0.1",
        entryPrice: "64000",
        exitPrice: "64180",
        netProfit: "18",
      },
      b: null,
      difference: "-18",
      why: "paper/tidemark-3 did not want it",
    },
  ],
};

/** What the verbs of jobs that ended have said. */
export const RESULTS: Readonly<Record<string, unknown>> = {
  "verify-leak": { passed: true, decisions: 200, faults: [] },
  stress: {
    headline: "Survives every scenario but the deepest crash",
    base: {
      scenario: "",
      severity: 0,
      unit: "",
      survived: true,
      totalReturn: 0.184,
      worstEquity: 0.94,
      maxDrawdown: 0.092,
      recoveryDays: 12,
      trades: 412,
    },
    rows: [
      {
        scenario: "flash-crash",
        severity: 0.2,
        unit: "of the price",
        survived: true,
        totalReturn: 0.081,
        worstEquity: 0.86,
        maxDrawdown: 0.17,
        recoveryDays: 41,
        trades: 409,
      },
      {
        scenario: "flash-crash",
        severity: 0.5,
        unit: "of the price",
        survived: false,
        totalReturn: -1,
        worstEquity: 0,
        maxDrawdown: 1,
        recoveryDays: null,
        trades: 120,
      },
      {
        scenario: "dry-market",
        severity: 4,
        unit: "times the costs",
        survived: true,
        totalReturn: -0.02,
        worstEquity: 0.9,
        maxDrawdown: 0.12,
        recoveryDays: null,
        trades: 411,
      },
    ],
    monteCarlo: [{ name: "trade order", ruin: 0.004 }],
  },
};
