/** @file Training speed: everything that a step of PPO costs, from observation to optimizer. */
import { computeFeatures, fitNormalizer, normalizeTape } from "../../features/index.ts";
import { CartPole, CLASSIC_PPO, linear, Ppo, type PpoConfig, REWARD_DEFAULTS, TradingEnv } from "../../learn/index.ts";
import { type ActionSpaceName, actionSpace, type NetworkSpec, networkSpec } from "../../policy/index.ts";
import type { BenchContext, Benchmark, Measurement } from "./benchmark.ts";
import { benchDecision } from "./decision.ts";
import { benchTape } from "./market.ts";

/** Updates that are measured, after one that warms up. */
const UPDATES = 8;

export function tradingEnv(
  stretches: number,
  accountsPerStretch: number,
  space: ActionSpaceName = "direction-size",
): TradingEnv {
  const tape = benchTape();
  const raw = computeFeatures(tape, "core20");
  const normalizer = fitNormalizer(raw, tape, 0, tape.bars);
  return new TradingEnv({
    tape,
    features: normalizeTape(raw, normalizer),
    range: { from: 1_000, to: tape.bars },
    decision: benchDecision(),
    actionSpace: actionSpace(space),
    reward: REWARD_DEFAULTS,
    stretches,
    accountsPerStretch,
    episodeBars: 2_048,
    initialBalance: 10_000,
    seed: 1,
  });
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Runs whole updates and tells the median of their speeds, by the clock and by the processor's time: a pause of the machine
 * then doesn't count, and what other programs take counts in the first alone.
 */
export async function stepsPerSecond(
  context: BenchContext,
  name: string,
  ppo: Ppo,
): Promise<{ readonly clock: number; readonly cpu: number }> {
  const speeds = new Float64Array(UPDATES);
  const cpu = new Float64Array(UPDATES);
  await ppo.iterate();
  for (let i = 0; i < UPDATES; i++) {
    context.signal.throwIfAborted();
    context.onProgress({ label: name, done: i, total: UPDATES, unit: "updates" });
    const startMs = context.clock.elapsedMs();
    const before = ppo.steps;
    const cpuBefore = cpuSeconds();
    await ppo.iterate();
    cpu[i] = (ppo.steps - before) / (cpuSeconds() - cpuBefore);
    speeds[i] = ((ppo.steps - before) / (context.clock.elapsedMs() - startMs)) * 1000;
  }
  context.onProgress({ label: name, done: UPDATES, total: UPDATES, unit: "updates" });
  return { clock: median(speeds), cpu: median(cpu) };
}

function median(values: Float64Array): number {
  values.sort();
  return (values[(values.length >> 1) - 1] + values[values.length >> 1]) / 2;
}

async function measure(
  context: BenchContext,
  name: string,
  env: TradingEnv | CartPole,
  network: NetworkSpec,
  config: PpoConfig,
): Promise<Measurement> {
  const ppo = await Ppo.create(env, network, config, 1);
  try {
    const speed = await stepsPerSecond(context, name, ppo);
    const detail = {
      stepsPerCpuSecond: Math.round(speed.cpu),
      encoder: env.shape.marketFeatures === 0 ? "none" : network.encoder,
      hidden: network.hiddenSize,
      symbols: env.shape.symbols,
      accounts: env.stretches * env.accountsPerStretch,
      stretches: env.stretches,
      rollout: config.rollout,
      batch: config.batch,
      epochs: config.epochs,
      parameters: ppo.parameters.size,
      threads: config.threads,
    };
    return { name, value: Math.round(speed.clock), unit: "env-steps/s", detail };
  } finally {
    await ppo.release();
  }
}

/** Steps count as those of others do with as many markets as others have environments; sharing markets buys steps with learning. */
export const ppoMlpBenchmark: Benchmark = {
  name: "ppo-mlp",
  summary:
    "env-steps/s of PPO: five symbols, MLP 64x64, rollout 2,048, batch 64, 10 epochs; 8 markets of their own, then 4 shared by 16 accounts each",
  async run(context) {
    const network = networkSpec("mlp", { hiddenSize: 64, joinSize: 64 });
    return [
      await measure(context, "ppo-mlp", tradingEnv(8, 1), network, CLASSIC_PPO),
      await measure(context, "ppo-mlp, shared", tradingEnv(4, 16), network, CLASSIC_PPO),
    ];
  },
};

export const ppoGruBenchmark: Benchmark = {
  name: "ppo-gru",
  summary:
    "env-steps/s of PPO: five symbols, GRU 128, segments of 64 bars, 4 epochs; 8 markets of their own, then 32 (the defaults), then 4 shared by 8 accounts each",
  async run(context) {
    const config = { ...CLASSIC_PPO, batch: 512, epochs: 4 };
    const network = networkSpec("gru");
    return [
      await measure(context, "ppo-gru", tradingEnv(8, 1), network, config),
      await measure(context, "ppo-gru, 32 markets", tradingEnv(32, 1), network, config),
      await measure(context, "ppo-gru, shared", tradingEnv(4, 8), network, config),
    ];
  },
};

export const pqnBenchmark: Benchmark = {
  name: "pqn",
  summary:
    "env-steps/s of PQN beside PPO with the same choices: five symbols, action space target, MLP 64x64 and GRU 128, 8 markets of their own",
  async run(context) {
    const config = { ...CLASSIC_PPO, batch: 512, epochs: 4 };
    const measured: Measurement[] = [];
    for (const encoder of ["mlp", "gru"] as const) {
      const network = encoder === "mlp" ? networkSpec("mlp", { hiddenSize: 64, joinSize: 64 }) : networkSpec("gru");
      for (const learner of ["pqn", "ppo"] as const) {
        const own = learner === "pqn" ? { ...config, pqn: { exploration: linear(1, 0.05) } } : config;
        measured.push(
          await measure(context, `${learner}-${encoder}, target`, tradingEnv(8, 1, "target"), network, own),
        );
      }
    }
    return measured;
  },
};

export const cartPoleBenchmark: Benchmark = {
  name: "cartpole",
  summary: "env-steps/s of PPO on CartPole: MLP 64x64, rollout 2,048, batch 64, 10 epochs",
  async run(context) {
    const config = { ...CLASSIC_PPO, rollout: 2_048, batch: 64, epochs: 10 };
    const network = networkSpec("mlp", { hiddenSize: 64, joinSize: 64, joinLayers: 2 });
    return [await measure(context, "cartpole", new CartPole(8, 1), network, config)];
  },
};
