/** @file The fake world's models, trainings, searches and reports. */
import type {
  Difference,
  Model,
  Promotion,
  Report,
  Result,
  Run,
  Study,
  Trial,
} from "../../src/server/contract/index.ts";
import { chance, HOUR, WORLD_MS } from "./fake-data.ts";

export function modelsOf(): Model[] {
  const base = {
    encoder: "gru",
    actionSpace: "direction-size",
    symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"],
    timeframe: "1h",
    parameters: 48_310,
    synthetic: false,
    trainFromMs: Date.UTC(2023, 0, 1),
    trainToMs: Date.UTC(2025, 5, 30),
    features: [
      "return_1",
      "return_4",
      "return_24",
      "rsi_14",
      "atr_14",
      "volume_z_48",
      "funding_z",
      "hour_sin",
      "hour_cos",
    ],
    seed: 7,
    phases: [],
  };
  return [
    {
      ...base,
      id: "tidemark/3",
      name: "tidemark",
      version: "3",
      createdMs: WORLD_MS - 12 * 24 * HOUR,
      steps: 1_000_000,
      continuedFrom: "tidemark/2",
      search: "study-2026-02",
      stage: "paper",
      reports: ["2026-02-19-1102"],
      sharpe: 1.31,
      totalReturn: 0.184,
      winRate: 0.537,
      trades: 412,
      averageTrade: 4.52,
      standing: "better",
    },
    {
      ...base,
      id: "tidemark/2",
      name: "tidemark",
      version: "2",
      createdMs: WORLD_MS - 30 * 24 * HOUR,
      steps: 400_000,
      encoder: "mlp",
      continuedFrom: null,
      search: null,
      stage: null,
      reports: [],
      sharpe: 0.12,
      totalReturn: -0.021,
      winRate: 0.471,
      trades: 688,
      averageTrade: -0.31,
      standing: "losing",
    },
    {
      ...base,
      id: "momentum/1",
      name: "momentum",
      version: "1",
      createdMs: WORLD_MS - 44 * 24 * HOUR,
      steps: 200_000,
      encoder: "mlp",
      symbols: ["BTCUSDT"],
      continuedFrom: null,
      search: null,
      stage: "candidate",
      reports: [],
      sharpe: null,
      totalReturn: null,
      winRate: null,
      trades: null,
      averageTrade: null,
      standing: null,
    },
  ];
}

export function promotionsOf(): Promotion[] {
  return [
    {
      model: "tidemark",
      version: "3",
      assetClass: "cryptoFutures",
      stage: "paper",
      multiplier: null,
      sinceMs: WORLD_MS - 9 * 24 * HOUR,
    },
    {
      model: "momentum",
      version: "1",
      assetClass: "cryptoSpot",
      stage: "candidate",
      multiplier: null,
      sinceMs: WORLD_MS - 40 * 24 * HOUR,
    },
  ];
}

function settings(rate: number, hidden: number): Readonly<Record<string, unknown>> {
  return {
    "training.learningRate": rate,
    "training.gamma": 0.99,
    "training.clip": 0.2,
    "model.hiddenSize": hidden,
    "model.encoder": "gru",
    "data.symbols": ["BTCUSDT", "ETHUSDT", "SOLUSDT"],
  };
}

export function runsOf(): Run[] {
  const base = { encoder: "gru", symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"], timeframe: "1h", totalSteps: 400_000 };
  return [
    {
      ...base,
      id: "tidemark-4",
      state: "training",
      model: "tidemark/4",
      steps: 182_272,
      savedMs: WORLD_MS - 41_000,
      finished: false,
      settings: settings(0.0006, 96),
    },
    {
      ...base,
      id: "tidemark-3",
      state: "made",
      model: "tidemark/3",
      steps: 400_000,
      savedMs: WORLD_MS - 12 * 24 * HOUR,
      finished: true,
      settings: settings(0.001, 64),
    },
    {
      ...base,
      id: "tidemark-2",
      state: "waiting",
      model: "tidemark/2",
      encoder: "mlp",
      steps: 96_000,
      savedMs: WORLD_MS - 30 * 24 * HOUR,
      finished: false,
      settings: { ...settings(0.001, 64), "model.encoder": "mlp" },
    },
  ];
}

/** Curves as a training writes them: each has values at its own steps only. */
export function metricsOf(run: Run): Record<string, Float64Array> {
  const next = chance(run.id.length + run.id.charCodeAt(run.id.length - 1));
  const rows = Math.max(2, Math.floor((run.steps ?? 0) / 2_048));
  const columns: Record<string, Float64Array> = {};
  const fill = (name: string, at: (share: number, row: number) => number): void => {
    columns[name] = Float64Array.from({ length: rows }, (_, row) => at(row / rows, row));
  };
  const noise = (size: number): number => (next() - 0.5) * size;
  fill("step", (_, row) => (row + 1) * 2_048);
  fill("rollout/episodeReturn", (share) => -0.08 + 0.14 * (1 - Math.exp(-4 * share)) + noise(0.06));
  fill("rollout/meanReward", (share) => -0.0002 + 0.0005 * (1 - Math.exp(-4 * share)) + noise(0.0002));
  fill("validation/meanReward", (share, row) =>
    row % 10 === 9 ? -0.0002 + 0.0003 * (1 - Math.exp(-5 * share)) + noise(0.0001) : Number.NaN,
  );
  fill("policy/approximateKl", () => 0.008 + noise(0.006));
  fill("policy/clipFraction", () => 0.11 + noise(0.06));
  fill("policy/entropy", (share) => 1.08 - 0.35 * share + noise(0.02));
  fill("policy/sizeEntropy", (share) => 0.4 - 0.5 * share + noise(0.03));
  fill("value/explainedVariance", (share) => -0.1 + 0.6 * (1 - Math.exp(-6 * share)) + noise(0.1));
  fill("loss/policy", () => -0.012 + noise(0.01));
  fill("loss/value", (share) => 0.4 * Math.exp(-3 * share) + 0.05 + noise(0.02));
  fill("update/gradientNorm", () => 0.42 + noise(0.2));
  fill("update/learningRate", (share) => 0.001 * (1 - share));
  fill("rollout/feeShare", (share) => 0.0004 - 0.0002 * share + noise(0.00005));
  fill("rollout/costShare", (share) => 0.9 - 0.5 * share + noise(0.08));
  fill("speed/stepsPerSecond", () => 143 + noise(20));
  fill("actions/long", (share) => 0.34 + 0.06 * share + noise(0.03));
  fill("actions/short", (share) => 0.33 - 0.02 * share + noise(0.03));
  fill("actions/flat", (share) => 0.33 - 0.04 * share + noise(0.03));
  return columns;
}

export function studiesOf(): Study[] {
  return [
    {
      name: "study-2026-02",
      direction: "maximize",
      trials: 24,
      complete: 15,
      pruned: 8,
      failed: 1,
      running: 0,
      best: { number: 17, value: 0.94 },
    },
  ];
}

export function trialsOf(): Trial[] {
  const next = chance(11);
  return Array.from({ length: 24 }, (_, number): Trial => {
    const rate = 10 ** (-4 + next() * 2);
    const hidden = [32, 64, 96, 128][Math.floor(next() * 4)];
    const score = number === 17 ? 0.94 : 0.85 - Math.abs(Math.log10(rate) + 3.2) * 0.5 + (next() - 0.5) * 0.2;
    const state = number === 6 ? "FAIL" : number % 3 === 1 ? "PRUNED" : "COMPLETE";
    const length = state === "COMPLETE" ? 8 : 3;
    return {
      number,
      state,
      value: state === "COMPLETE" ? score : null,
      params: {
        "training.learning_rate": rate,
        "model.hidden_size": hidden,
        "model.encoder": hidden > 64 ? "gru" : "mlp",
        "training.gamma": 0.97 + next() * 0.029,
      },
      startedMs: WORLD_MS - (30 - number) * HOUR,
      endedMs: WORLD_MS - (30 - number) * HOUR + length * 6 * 60_000,
      intermediate: Array.from({ length }, (_unused, i): [number, number] => [
        (i + 1) * 25_000,
        score * (1 - Math.exp(-(i + 1) / 2)) + (next() - 0.5) * 0.1,
      ]),
      error: state === "FAIL" ? "the loss is not finite" : null,
    };
  });
}

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
    judged(STRESS_ID, "stress", "It loses the account in 1 of 3 scenarios.", { scenarios: 3, survived: 2 }),
  ];
}

/** What is behind a result: a walk of six windows, or the stress below. */
export function resultDataOf(id: string): object {
  if (id === STRESS_ID) return RESULTS["stress"] as object;
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
