/** @file By what a run ends, and what of that a resumed one still knows. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { networkSpec } from "../../policy/index.ts";
import type { TrainOptions } from "./options.ts";
import { CurriculumRun } from "./phases/curriculum-run.ts";
import { prepare, runFingerprint } from "./prepare.ts";
import { phasesOf, smallMarket, smallTraining } from "./testing/small.ts";
import { trainPolicy } from "./train.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-limits-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** Eight updates of 128 steps, in each of which four accounts end an episode of 32 bars. */
function options(run: string, changes: Partial<TrainOptions> = {}): TrainOptions {
  const small = smallTraining();
  return {
    ...small,
    tape: smallMarket("BTCUSDT"),
    modelFolder: join(FOLDER, run, "model"),
    runFolder: join(FOLDER, run, "run"),
    features: ["rsi14", "return1"],
    network: networkSpec("mlp", { hiddenSize: 4, joinSize: 4 }),
    actionSpace: "discrete3",
    ppo: { ...small.ppo, rollout: 128, batch: 64, epochs: 1, totalSteps: 1_024 },
    accounts: 4,
    episodeBars: 32,
    saveEvery: 1,
    validateEvery: 10,
    tracking: { tensorBoard: false, environment: {} },
    ...changes,
  };
}

describe("a run", () => {
  it("ends by a number of episodes, counting those of the time before it was stopped", async () => {
    const whole = await trainPolicy(options("episodes", { episodes: 7 }));
    expect(whole.outcome).toMatchObject({ endedBy: "episodes", steps: 256, planned: 1_024 });
    const stop = new AbortController();
    const onProgress = ({ label }: { readonly label: string }): void => {
      if (label === "training") stop.abort(new Error("stopped"));
    };
    const parts = options("parts", { episodes: 7, onProgress, signal: stop.signal });
    await expect(trainPolicy(parts)).rejects.toThrow("stopped");
    const resumed = await trainPolicy(options("parts", { episodes: 7, resume: true }));
    expect(resumed.outcome).toEqual(whole.outcome);
    expect(resumed.parameterHash).toBe(whole.parameterHash);
  });

  it("looks once more at the parameters where its time is over, and keeps them where they are the best", async () => {
    const clock = new SimulatedClock(0);
    const onProgress = ({ label, done }: { readonly label: string; readonly done: number }): void => {
      if (label === "training" && done >= 384) clock.advance(60_000);
    };
    const looks: number[] = [];
    const { outcome, keptSteps } = await trainPolicy(
      options("time", {
        clock,
        timeLimitMs: 60_000,
        onProgress,
        onValidation: async ({ steps }) => void looks.push(steps),
      }),
    );
    expect(outcome).toMatchObject({ endedBy: "time", steps: 384, planned: 1_024, validation: { looks: 1 } });
    expect([looks, keptSteps]).toEqual([[384], 384]);
  });

  it("tells its phase how far validation lies behind training where it has just looked, and nothing between", async () => {
    const report = vi.spyOn(CurriculumRun.prototype, "report");
    const phases = phasesOf([{ name: "only", steps: 640, episodeBars: 32 }]);
    await trainPolicy(options("phase", { phases, validateEvery: 2 }));
    const gaps = report.mock.calls.map(([, { validationGap }]) => validationGap !== undefined);
    expect(gaps).toEqual([false, true, false, true, false]);
  });

  it("is another one with another seed, another setting, or another market", () => {
    const own = runFingerprint(prepare(options("one")));
    expect(runFingerprint(prepare(options("elsewhere")))).toBe(own);
    const others = [
      options("one", { seed: 12 }),
      options("one", { initialBalance: 9_999 }),
      options("one", { tape: smallMarket("ETHUSDT") }),
    ];
    expect(others.map((one) => runFingerprint(prepare(one)) === own)).toEqual([false, false, false]);
  });
});
