import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongFirst } from "./test/sequencer.ts";

/** One seed for the order of tests and for every property: shown at the start, and given to repeat a run. */
const seed = Number(process.env["TIDEMARK_TEST_SEED"] ?? randomInt(2 ** 31));

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "web/src/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    env: {
      TIDEMARK_TEST_SEED: String(seed),
      // Nobody answers there: no test talks to a real venue.
      TIDEMARK_BYBIT_URL: "http://127.0.0.1:9",
    },
    // Forked processes: ONNX Runtime and DuckDB hold native threads that a worker thread can't tear down safely.
    pool: "forks",
    // One more than there are processors at least: many tests wait for a process, a browser or a venue.
    maxWorkers: Math.max(3, Math.min(8, availableParallelism() + 1)),
    // Loading the rooms anew for each file took a quarter of the suite. No test may leave anything behind in a module.
    isolate: false,
    restoreMocks: true,
    // No test waits for the clock: what hangs is told by this alone, and a busy machine is a slow one, not a broken one.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    sequence: { shuffle: { tests: true, files: false }, seed, sequencer: LongFirst },
  },
});
