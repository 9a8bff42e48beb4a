/**
 * @file Features that leak the next return. The optimum is the reward of always being right: an account that goes long
 * where the next bar will close above its open and short where below, with the same sizing, on the same bars. There are
 * no costs, so that being right is best: with them, the best would not trade on small moves.
 */
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { networkSpec } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { resolveRiskConfig } from "../../risk/index.ts";
import { CLASSIC_PPO, linear, type PpoConfig } from "../ppo/index.ts";
import { type Gate, GateBound, type GateContext, type GateForm, type GateOutcome } from "./gate.ts";
import { judgingEnv, type MarketTaskSetup, marketParts, trainingEnv } from "./market-gate.ts";
import { barReturn, leakedFeatures } from "./tasks/leaked-features.ts";
import { learnedRewards, meanOf, scriptedRewards, shareOf, trainOnTask } from "./train-on-task.ts";

/** Categories of both action spaces. */
const HOLD = 0;
const LONG = 1;
const SHORT = 2;

export type LeakTaskSetup = {
  readonly task: string;
  /** With `direction-size`, the size must be learned too: the right one is the greatest. */
  readonly actionSpace: "discrete3" | "direction-size";
  readonly steps: Readonly<Record<GateForm, number>>;
  /** 0 takes the leak away, and with it all that can be learned. Default: 1. */
  readonly ahead?: 0 | 1;
};

export function leakGate(leak: LeakTaskSetup): Gate {
  return { task: leak.task, learner: "ppo", encoder: "mlp", run: (context) => runLeak(leak, context) };
}

async function runLeak(leak: LeakTaskSetup, context: GateContext): Promise<GateOutcome> {
  const { seed, form } = context;
  const { tape, data } = await context.market();
  const parts = marketParts(tape.bars, 0);
  const network = networkSpec("mlp");
  const lesson: MarketTaskSetup = {
    tape,
    features: leakedFeatures(tape, parts.train.to, leak.ahead),
    decision: {
      exchange: resolveExchangeConfig({
        takerFeeBps: 0,
        baseSlippageBps: 0,
        sizeImpactBpsPer1000: 0,
        fundingMultiplier: 0,
        participationCap: 0,
      }),
      sizing: resolveSizingConfig({ scheme: "fixed-fraction" }),
      risk: resolveRiskConfig(),
    },
    actionSpace: leak.actionSpace,
    seed,
  };
  const config: PpoConfig = {
    ...CLASSIC_PPO,
    rollout: 4_096,
    batch: 512,
    epochs: 4,
    gamma: 0.5,
    lambda: 0.9,
    learningRate: linear(3e-3, 1e-4),
    totalSteps: leak.steps[form],
  };
  const env = trainingEnv(lesson, parts.train);
  return trainOnTask({ task: leak.task, env, network, config }, context, async (ppo) => {
    const { env: judged, bars } = judgingEnv(lesson, parts.test);
    const learned = await learnedRewards(ppo, network, judged, bars);
    const right = scriptedRewards(judged, bars, (choice) => {
      for (let i = 0; i < choice.length; i++) {
        const s = i % tape.symbols;
        const move = barReturn(tape, judged.row[(i - s) / tape.symbols] + 1, s);
        choice[i] = move > 0 ? LONG : move < 0 ? SHORT : HOLD;
      }
    });
    const { share, error } = shareOf(learned, right);
    return {
      steps: ppo.steps,
      measurements: [
        {
          figure: "log growth a bar",
          result: meanOf(learned) / bars,
          optimum: meanOf(right) / bars,
          share,
          shareError: error,
          bound: GateBound.atLeast,
          gate: 0.9,
          data,
        },
      ],
    };
  });
}
