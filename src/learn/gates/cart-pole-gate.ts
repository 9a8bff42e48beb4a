/** @file CartPole-v1: the mean over 100 episodes of at most 500 steps must reach 475, the task's published threshold. */
import { type NetworkLearner, networkSpec } from "../../policy/index.ts";
import { CLASSIC_PPO, linear, type PpoConfig } from "../ppo/index.ts";
import { type Gate, GateBound, type GateContext, type GateOutcome } from "./gate.ts";
import { CartPole } from "./tasks/cart-pole.ts";
import { deviationOf, firstEpisodes, meanOf, trainOnTask } from "./train-on-task.ts";

const TASK = "cart-pole";
const BEST = 500;
const THRESHOLD = 475;
const EPISODES = 100;
const POLES = 8;
/** Whole rollouts, and no more than 200,000. */
const STEPS = { short: 65_536, full: 199_936 } as const;

/** PQN learns as soon as PPO does what it can, but forgets more easily: slower steps, and more of them. */
const PQN: Partial<PpoConfig> = {
  epochs: 4,
  batch: 64,
  gamma: 0.99,
  lambda: 0.9,
  learningRate: linear(1e-3),
  maxGradientNorm: 10,
  pqn: { exploration: linear(1, 0.02) },
};

export function cartPoleGate(learner: NetworkLearner): Gate {
  const own = learner === "pqn" ? PQN : {};
  return { task: TASK, learner, encoder: "mlp", run: (context) => runCartPole(context, own) };
}

async function runCartPole(context: GateContext, own: Partial<PpoConfig>): Promise<GateOutcome> {
  const { seed, form } = context;
  const network = networkSpec("mlp", { joinLayers: 2 });
  const config: PpoConfig = {
    ...CLASSIC_PPO,
    rollout: 256,
    batch: 256,
    epochs: 20,
    gamma: 0.98,
    lambda: 0.8,
    learningRate: linear(1e-3),
    clip: linear(0.2),
    normalizeReward: false,
    ...own,
    totalSteps: STEPS[form],
  };
  const env = new CartPole(POLES, 2 * seed);
  return trainOnTask({ task: TASK, env, network, config }, context, async (ppo) => {
    const judged = new CartPole(EPISODES, 2 * seed + 1);
    const lengths = await firstEpisodes(ppo, network, judged, BEST);
    return {
      steps: ppo.steps,
      measurements: [
        {
          figure: "steps an episode",
          result: meanOf(lengths),
          optimum: BEST,
          share: meanOf(lengths) / BEST,
          shareError: deviationOf(lengths) / Math.sqrt(EPISODES) / BEST,
          bound: GateBound.atLeast,
          gate: THRESHOLD / BEST,
        },
      ],
    };
  });
}
