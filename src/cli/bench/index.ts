/** @file The benchmarks by name, in the order in which they run. */
import { backtestBenchmark } from "./backtest.ts";
import type { Benchmark } from "./benchmark.ts";
import { featuresBenchmark } from "./features.ts";

export const BENCHMARKS: readonly Benchmark[] = [backtestBenchmark, featuresBenchmark];
