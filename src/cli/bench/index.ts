/** @file The benchmarks by name, in the order in which they run. */
import type { Benchmark } from "./benchmark.ts";
import { featuresBenchmark } from "./features.ts";

export const BENCHMARKS: readonly Benchmark[] = [featuresBenchmark];
