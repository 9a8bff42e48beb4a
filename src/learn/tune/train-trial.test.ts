import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { networkSpec } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { resolveRiskConfig } from "../../risk/index.ts";
import {
  createStudy,
  type SearchSpace,
  type Study,
  TrialPruned,
  type TrialRun,
  TrialState,
} from "../../search/index.ts";
import { REWARD_DEFAULTS } from "../env/index.ts";
import { CLASSIC_PPO, constant, PolicyEvaluator, Ppo } from "../ppo/index.ts";
import { LOOKS_NOTE, sharpeOf, type TrialLooks } from "./score.ts";
import { type TrialOptions, trainTrial } from "./train-trial.ts";

const TAPE = syntheticTape({ seed: 3, bars: 1_400, timeframe: parseTimeframe("5m"), symbols: ["BTCUSDT"] });
const STEPS = 1_024;
const ROLLOUT = 128;

function options(
  changes: Partial<TrialOptions["training"]> = {},
  objective: TrialOptions["objective"] = "mean-reward",
): TrialOptions {
  return {
    objective,
    reports: 4,
    training: {
      tape: TAPE,
      features: ["rsi14", "return1"],
      network: networkSpec("mlp", { hiddenSize: 8, joinSize: 8 }),
      actionSpace: "discrete3",
      ppo: { ...CLASSIC_PPO, rollout: ROLLOUT, batch: 64, epochs: 1, totalSteps: STEPS },
      stretches: 2,
      accounts: 4,
      episodeBars: 64,
      initialBalance: 10_000,
      reward: REWARD_DEFAULTS,
      decision: { exchange: resolveExchangeConfig(), sizing: resolveSizingConfig(), risk: resolveRiskConfig() },
      split: { trainShare: 0.8, validationShare: 0.2, embargoBars: 4, historyBars: 15 },
      seed: 2,
      codeVersion: "test",
      ...changes,
    },
  };
}

type Watched = TrialRun & {
  readonly reports: Array<readonly [step: number, value: number]>;
  readonly notes: Record<string, unknown>;
  returns: Float64Array | undefined;
};

/** A trial outside a study. @param pruneAt the report at which it is pruned */
function watched(pruneAt = Number.POSITIVE_INFINITY, signal = new AbortController().signal): Watched {
  const trial: Watched = {
    number: 0,
    origin: 0,
    attempt: 0,
    params: {},
    signal,
    reports: [],
    notes: {},
    returns: undefined,
    async report(step, value) {
      trial.reports.push([step, value]);
      if (step >= pruneAt) throw new TrialPruned("enough");
    },
    keepReturns(returns) {
      trial.returns = returns.slice();
    },
    note(key, value) {
      trial.notes[key] = value;
    },
  };
  return trial;
}

afterEach(() => vi.unstubAllEnvs());

describe("a trial", () => {
  it("reports as it goes, ends with the score of what it kept, and leaves nothing behind", async () => {
    const own = mkdtempSync(join(tmpdir(), "tidemark-test-"));
    for (const name of ["TMPDIR", "TEMP", "TMP"]) vi.stubEnv(name, own);
    const trial = watched();
    const value = await trainTrial(trial, options());
    expect(
      trial.reports.map(([step]) => step),
      "shares of the budget, the end left out",
    ).toEqual([1, 2, 3]);
    expect(value, "the best look is kept").toBeGreaterThanOrEqual(Math.max(...trial.reports.map(([, score]) => score)));
    expect(trial.notes["steps"]).toBe(STEPS);
    expect(readdirSync(own), "nothing is left").toEqual([]);
    rmSync(own, { recursive: true });
    // The reward is the log return, so the returns of the bars tell the same story.
    const returns = trial.returns ?? new Float64Array(0);
    const logs = returns.reduce((sum, bar) => sum + Math.log1p(bar), 0);
    expect(logs / returns.length).toBeCloseTo(value, 6);
  });

  it("is a function of its settings, and may want the Sharpe ratio", async () => {
    const [first, second, sharp] = [watched(), watched(), watched()];
    const values = [await trainTrial(first, options()), await trainTrial(second, options())];
    expect(values[1]).toBe(values[0]);
    expect(second.returns).toEqual(first.returns);
    const ratio = await trainTrial(sharp, options({}, "sharpe"));
    expect(ratio).toBe(sharpeOf(first.returns ?? new Float64Array(0), 105_120));
  });

  it("is worth what the kept of its looks is, and says how many there were", async () => {
    const trial = watched();
    // So fast that it is soon worse than it was.
    const ppo = { ...options().training.ppo, learningRate: constant(0.03) };
    const value = await trainTrial(trial, options({ ppo }, "sharpe"));
    const { count, sharpes } = trial.notes[LOOKS_NOTE] as TrialLooks;
    expect(count, "the end, at which a look was due, is one look").toBe(4);
    expect(sharpes.slice(0, -1)).toEqual(trial.reports.map(([, score]) => score));
    expect(sharpes.slice(0, -1)).toContain(value);
    expect(value).not.toBe(sharpes.at(-1));
    expect(sharpeOf(trial.returns ?? new Float64Array(0), 105_120), "its returns are those").toBe(value);
  });

  it("stops its work where it is pruned, frees its sessions, and has returns", async () => {
    const [iterate, ppo, evaluator] = [
      vi.spyOn(Ppo.prototype, "iterate"),
      vi.spyOn(Ppo.prototype, "release"),
      vi.spyOn(PolicyEvaluator.prototype, "release"),
    ];
    const trial = watched(1);
    await expect(trainTrial(trial, options())).rejects.toThrow(TrialPruned);
    expect(trial.reports).toHaveLength(1);
    expect(iterate, "two of eight updates").toHaveBeenCalledTimes(STEPS / ROLLOUT / 4);
    expect(ppo).toHaveBeenCalledOnce();
    expect(evaluator).toHaveBeenCalled();
    expect(trial.returns?.length).toBeGreaterThan(100);
  });

  it("stops where it is told to", async () => {
    const controller = new AbortController();
    const trial = watched(Number.POSITIVE_INFINITY, controller.signal);
    const stopping: Watched = Object.assign(trial, {
      async report() {
        controller.abort(new Error("stopped"));
      },
    });
    await expect(trainTrial(stopping, options())).rejects.toThrow("stopped");
    expect(trial.notes["steps"], "nothing is trained after that").toBe(STEPS / 4);
  });

  describe("that was stopped", () => {
    let keepIn: string;
    const keeping = (): TrialOptions => ({ ...options(), keepIn });
    /** Stops a trial while it reports for the n-th time. */
    async function stopAt(report: number): Promise<void> {
      const controller = new AbortController();
      const trial = watched(Number.POSITIVE_INFINITY, controller.signal);
      const stopping: Watched = Object.assign(trial, {
        async report(step: number) {
          if (step < report) return;
          controller.abort(new Error("stopped"));
          controller.signal.throwIfAborted();
        },
      });
      await expect(trainTrial(stopping, keeping())).rejects.toThrow("stopped");
    }
    beforeEach(() => {
      keepIn = mkdtempSync(join(tmpdir(), "tidemark-test-"));
    });
    afterEach(() => rmSync(keepIn, { recursive: true }));

    it("goes on where it was, ends as if nothing had been, and leaves nothing behind", async () => {
      const whole = watched();
      const value = await trainTrial(whole, options());
      await stopAt(2);
      await stopAt(3);
      const iterate = vi.spyOn(Ppo.prototype, "iterate");
      const rest = Object.assign(watched(), { number: 5 });
      expect(await trainTrial(rest, keeping())).toBe(value);
      expect(iterate, "four of eight updates stood in its checkpoint").toHaveBeenCalledTimes(4);
      expect(rest.reports).toEqual(whole.reports);
      expect(rest.notes).toEqual(whole.notes);
      expect(rest.returns).toEqual(whole.returns);
      expect(readdirSync(keepIn)).toEqual([]);
    });

    it("begins anew where what it left is damaged", async () => {
      const whole = watched();
      const value = await trainTrial(whole, options());
      await stopAt(3);
      const checkpoints = join(keepIn, "0", "run", "checkpoints");
      for (const name of readdirSync(checkpoints)) writeFileSync(join(checkpoints, name), "torn");
      const anew = watched();
      expect(await trainTrial(anew, keeping())).toBe(value);
      expect(anew.returns).toEqual(whole.returns);
    });

    it.each([
      ["damaged", (text: string) => text.replace("{", "[")],
      ["missing", (text: string) => text.slice(text.indexOf("\n") + 1)],
    ])("begins anew where its looks are %s", async (_, spoil) => {
      const whole = watched();
      const value = await trainTrial(whole, options());
      await stopAt(3);
      const looks = join(keepIn, "0", "looks.jsonl");
      writeFileSync(looks, spoil(readFileSync(looks, "utf8")));
      const anew = watched();
      expect(await trainTrial(anew, keeping())).toBe(value);
      expect(anew.notes).toEqual(whole.notes);
    });

    it("leaves nothing behind where it is pruned", async () => {
      await expect(trainTrial(watched(1), keeping())).rejects.toThrow(TrialPruned);
      expect(readdirSync(keepIn)).toEqual([]);
    });
  });

  it("is compared on the same bars, however much history it needs", async () => {
    const [near, far] = [watched(), watched()];
    await trainTrial(near, options());
    await trainTrial(far, options({ network: networkSpec("mlp", { hiddenSize: 8, joinSize: 8, window: 16 }) }));
    expect(far.returns?.length).toBe(near.returns?.length);
  });

  it("needs something to be compared on", async () => {
    const split = { trainShare: 0.8, validationShare: 0, embargoBars: 4 };
    await expect(trainTrial(watched(), options({ split }))).rejects.toMatchObject({ where: "splits.validation" });
  });
});

function told(study: Study): unknown {
  return study.trials().map(({ params, value }) => ({ params, value }));
}

describe("a study of trainings", () => {
  const SPACE: SearchSpace = {
    learning_rate: { kind: "float", low: 1e-4, high: 1e-2, log: true },
    hidden_size: { kind: "categorical", choices: [4, 8] },
  };
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tidemark-tune-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(name: string, failing: number): Promise<Study> {
    const study = await createStudy(join(folder, name), {
      space: SPACE,
      direction: "maximize",
      sampler: { kind: "tpe", startup: 2 },
      seed: 9,
    });
    const objective = (trial: TrialRun): Promise<number> => {
      if (trial.number === failing) throw new Error("a bad trial");
      const { training, ...rest } = options();
      const { learning_rate: rate, hidden_size: hiddenSize } = trial.params as {
        learning_rate: number;
        hidden_size: number;
      };
      const network = { ...training.network, hiddenSize };
      return trainTrial(trial, {
        ...rest,
        training: { ...training, network, ppo: { ...training.ppo, learningRate: constant(rate) } },
      });
    };
    await study.optimize(objective, { trials: 4 });
    return study;
  }

  it("chooses the same with the same seed, and survives a trial that fails", async () => {
    const [one, two] = [await run("one", -1), await run("two", -1)];
    expect(told(two)).toEqual(told(one));
    const third = await run("three", 1);
    const states = third.trials().map(({ state }) => state);
    expect(states).toEqual([TrialState.complete, TrialState.failed, TrialState.complete, TrialState.complete]);
    const best = third.best();
    expect(best === undefined ? undefined : third.returnsOf(best)?.length).toBeGreaterThan(100);
  });
});
