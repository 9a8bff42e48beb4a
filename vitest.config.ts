import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Forked processes: ONNX Runtime and DuckDB hold native threads that a worker thread can't tear down safely.
    pool: "forks",
    maxWorkers: 2,
    restoreMocks: true,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    sequence: { shuffle: true },
  },
});
