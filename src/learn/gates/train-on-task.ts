/** @file Learns a task with the trainer that everything else is trained with, and judges what was learned. */
import type { Random } from "../../core/index.ts";
import type { NetworkSpec } from "../../policy/index.ts";
import type { VectorEnv } from "../env/index.ts";
import { PolicyEvaluator, Ppo, type PpoConfig } from "../ppo/index.ts";
import type { GateContext } from "./gate.ts";

export type TaskSetup = {
  /** For the progress line. */
  readonly task: string;
  readonly env: VectorEnv;
  readonly network: NetworkSpec;
  readonly config: PpoConfig;
};

/** Trains to the end of the budget and gives the trainer to `judge`; releases it whatever happens. */
export async function trainOnTask<T>(
  setup: TaskSetup,
  context: GateContext,
  judge: (ppo: Ppo) => Promise<T>,
): Promise<T> {
  const { task, env, network } = setup;
  const { rollout } = setup.config;
  const updates = Math.max(1, Math.floor((setup.config.totalSteps * context.effort) / rollout));
  const config = { ...setup.config, totalSteps: updates * rollout };
  const ppo = await Ppo.create(env, network, config, context.seed);
  try {
    while (ppo.steps < config.totalSteps) {
      context.signal?.throwIfAborted();
      const { steps, meanReward } = await ppo.iterate();
      context.onProgress?.({
        label: `${task} ${network.encoder}, seed ${context.seed}`,
        done: steps,
        total: config.totalSteps,
        unit: "steps",
        figures: { reward: meanReward.toPrecision(4) },
      });
    }
    return await judge(ppo);
  } finally {
    await ppo.release();
  }
}

export type RewardsOptions = {
  /** Called after every bar. */
  readonly onBar?: () => void;
  /** Default: those that were learned. */
  readonly values?: Float32Array;
  /** Draws the choices. */
  readonly sample?: Random;
};

/**
 * Sum of the rewards of every account over `bars` bars, by the likeliest choices unless they are to be drawn. The env starts anew.
 */
export async function learnedRewards(
  ppo: Ppo,
  network: NetworkSpec,
  env: VectorEnv,
  bars: number,
  { onBar = () => {}, values = ppo.values, sample }: RewardsOptions = {},
): Promise<Float64Array> {
  const sums = new Float64Array(env.rewards.length);
  const evaluator = await PolicyEvaluator.create(ppo, network, env);
  try {
    await evaluator.run(values, {
      bars,
      ...(sample === undefined ? {} : { sample }),
      onBar: () => {
        for (let n = 0; n < sums.length; n++) sums[n] += env.rewards[n];
        onBar();
      },
    });
  } finally {
    await evaluator.release();
  }
  return sums;
}

/** Bars of the first episode of every account, `bars` at most, by the likeliest choices: short ones are counted once, like long ones. */
export async function firstEpisodes(
  ppo: Ppo,
  network: NetworkSpec,
  env: VectorEnv,
  bars: number,
): Promise<Float64Array> {
  const lengths = new Float64Array(env.rewards.length);
  const over = new Uint8Array(lengths.length);
  const onBar = (): void => {
    for (let n = 0; n < lengths.length; n++) {
      if (over[n] === 0) lengths[n]++;
      over[n] |= env.terminated[n] | env.truncated[n];
    }
  };
  await learnedRewards(ppo, network, env, bars, { onBar });
  return lengths;
}

/**
 * The same rewards of a policy without a network, on the same bars: the env must start where it started before.
 * @param choose writes the choice of every account and symbol; the numbers that it uses are 1
 */
export function scriptedRewards(env: VectorEnv, bars: number, choose: (choice: Uint8Array) => void): Float64Array {
  const sums = new Float64Array(env.rewards.length);
  const choice = new Uint8Array(env.rewards.length * env.shape.symbols);
  const betaSamples = new Float32Array(choice.length * env.actionSpace.betaHeads.length).fill(1);
  env.reset();
  for (let bar = 0; bar < bars; bar++) {
    choose(choice);
    env.step(choice, betaSamples);
    for (let n = 0; n < sums.length; n++) sums[n] += env.rewards[n];
  }
  return sums;
}

/**
 * The learner's rewards as a share of the best policy's on the same bars, with the standard error of that ratio
 * (linearized; Cochran, "Sampling techniques", 1977, section 6.4). Common bars cancel most of the market's noise.
 * @param learned sums by account; accounts live on bars of their own
 */
export function shareOf(learned: Float64Array, best: Float64Array): { share: number; error: number } {
  const n = learned.length;
  let total = 0;
  let bestTotal = 0;
  for (let i = 0; i < n; i++) {
    total += learned[i];
    bestTotal += best[i];
  }
  const share = total / bestTotal;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (learned[i] - share * best[i]) ** 2;
  return { share, error: Math.sqrt((squares * n) / (n - 1)) / Math.abs(bestTotal) };
}

export function meanOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

export function deviationOf(values: Float64Array): number {
  const center = meanOf(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - center) ** 2, 0) / (values.length - 1));
}
