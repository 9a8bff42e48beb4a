/** @file A model trained for a moment: as large and as fast as a real one, and good for nothing else. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageVersion } from "../../core/index.ts";
import { CLASSIC_PPO, REWARD_DEFAULTS, type TrainResult, trainPolicy } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type ActionSpaceName, networkSpec } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";

export type QuickTraining = {
  readonly tape: MarketTape;
  readonly decision: DecisionConfig;
  readonly actionSpace: ActionSpaceName;
  readonly seed: number;
  readonly signal: AbortSignal;
};

/** Trains two updates of a GRU policy in a temporary folder, hands the result on, and removes the folder. */
export async function withQuickModel<T>(options: QuickTraining, use: (result: TrainResult) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-model-"));
  try {
    const result = await trainPolicy({
      ...options,
      name: "quick",
      version: "1",
      modelFolder: join(folder, "model"),
      runFolder: join(folder, "run"),
      features: "core20",
      network: networkSpec("gru", { warmup: 64 }),
      ppo: { ...CLASSIC_PPO, rollout: 2_048, batch: 512, epochs: 2, totalSteps: 4_096 },
      stretches: 4,
      accounts: 32,
      episodeBars: 256,
      initialBalance: 10_000,
      reward: REWARD_DEFAULTS,
      split: { trainShare: 0.8, validationShare: 0, embargoBars: 8 },
      codeVersion: packageVersion(),
      saveEvery: 1_000,
      validateEvery: 1_000,
    });
    return await use(result);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
