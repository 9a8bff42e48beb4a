/** @file The fake world's models, trainings, searches and reports. */
import type { Model, Promotion, RunComparison, RunDetail, Study, Trial } from "../../src/server/contract/index.ts";
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

export function runsOf(): RunDetail[] {
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

/** Settings of runs beside each other: those that differ, or all. */
export function comparisonOf(query: URLSearchParams): RunComparison {
  const ids = (query.get("runs") ?? "").split(",");
  const chosen = ids.flatMap((id) => runsOf().filter((run) => run.id === id));
  const keys = [...new Set(chosen.flatMap((run) => Object.keys(run.settings)))].sort();
  const items = keys.map((key) => {
    const values = chosen.map((run) => JSON.stringify(run.settings[key]));
    return { key, values, differs: values.some((value) => value !== values[0]) };
  });
  return { runs: ids, settings: keys.length, items: items.filter((one) => one.differs || query.get("all") === "yes") };
}

/** Curves as a training writes them: each has values at its own steps only. */
export function metricsOf(run: RunDetail): Record<string, Float64Array> {
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
