/** @file The benchmarks by name, in the order in which they run. */
import { backtestBenchmark } from "./backtest.ts";
import type { Benchmark } from "./benchmark.ts";
import { decideBenchmark } from "./decide.ts";
import { decisionLatencyBenchmark } from "./decision-latency.ts";
import { deviceBenchmark } from "./device.ts";
import { encodersBenchmark } from "./encoders.ts";
import { envBenchmark } from "./env.ts";
import { featuresBenchmark } from "./features.ts";
import { gbdtBenchmark } from "./gbdt.ts";
import { importBenchmark } from "./import.ts";
import { learningBenchmark } from "./learning.ts";
import { cartPoleBenchmark, ppoGruBenchmark, ppoMlpBenchmark, pqnBenchmark } from "./ppo.ts";
import { riskBenchmark } from "./risk.ts";
import { streamBenchmark } from "./stream.ts";
import { stressBenchmark } from "./stress.ts";
import { engineBenchmark, journalBenchmark } from "./trading.ts";
import { walkforwardBenchmark } from "./walkforward.ts";

export const BENCHMARKS: readonly Benchmark[] = [
  envBenchmark,
  backtestBenchmark,
  riskBenchmark,
  featuresBenchmark,
  ppoMlpBenchmark,
  ppoGruBenchmark,
  pqnBenchmark,
  cartPoleBenchmark,
  decideBenchmark,
  journalBenchmark,
  engineBenchmark,
  decisionLatencyBenchmark,
  encodersBenchmark,
  deviceBenchmark,
  stressBenchmark,
  walkforwardBenchmark,
  streamBenchmark,
  importBenchmark,
  gbdtBenchmark,
  learningBenchmark,
];
