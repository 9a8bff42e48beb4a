/** @file A walk-forward of twenty folds, in processes side by side and one after the other. */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { configOf } from "../config/load.ts";
import { configSchema } from "../config/schema.ts";
import { silentContext, type WalkSubject } from "../walkforward/fold.ts";
import { beginWalk } from "../walkforward/run.ts";
import type { Benchmark } from "./benchmark.ts";

const FOLDS = 20;
const BARS = 40_000;

export const walkforwardBenchmark: Benchmark = {
  name: "walkforward",
  summary:
    "folds/s: twenty windows of a rule on five symbols, a process for each core; and how much faster than one process",
  async run({ clock, signal }) {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-walk-"));
    try {
      const data = { venue: "synthetic", timeframe: "5m", synthetic_bars: BARS };
      const config = configOf(configSchema.parse({ data, seed: 1 }), folder);
      const context = silentContext(config, signal);
      const play = async (name: string, parallel: number): Promise<number> => {
        const startMs = clock.elapsedMs();
        const subject: WalkSubject = { kind: "rule", rule: "sma-cross", param: [] };
        await beginWalk(context, config, { name, subject, windows: FOLDS, anchored: false, parallel });
        return clock.elapsedMs() - startMs;
      };
      const cores = availableParallelism();
      const sideMs = await play("side-by-side", cores);
      const aloneMs = await play("alone", 1);
      const detail = {
        folds: FOLDS,
        bars: BARS,
        cores,
        seconds: Math.round(sideMs / 100) / 10,
        speedup: Math.round((100 * aloneMs) / sideMs) / 100,
      };
      return [{ name: "walkforward", value: Math.round((100_000 * FOLDS) / sideMs) / 100, unit: "folds/s", detail }];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
