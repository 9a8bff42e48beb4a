/**
 * @file Pure noise with real costs: nothing can be earned, every trade loses, so the best policy does not trade. Judged
 * are the bars in which any position changed, as a share of those of the same network before it learned anything, and the
 * mean reward in units of what always trading costs: an account that turns every position around in every bar. All draw
 * their choices, on the same bars.
 */
import { Random } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { computeFeatures, fitNormalizer, normalizeTape } from "../../features/index.ts";
import { type NetworkLearner, networkSpec } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { resolveRiskConfig } from "../../risk/index.ts";
import type { TradingEnv } from "../env/index.ts";
import { CLASSIC_PPO, linear, type PpoConfig } from "../ppo/index.ts";
import { type Gate, GateBound, type GateContext, type GateOutcome } from "./gate.ts";
import { judgingEnv, type MarketTaskSetup, marketParts, trainingEnv } from "./market-gate.ts";
import { noiseTape } from "./tasks/noise-tape.ts";
import { deviationOf, learnedRewards, meanOf, scriptedRewards, trainOnTask } from "./train-on-task.ts";

const TASK = "noise";
const STEPS = { short: 131_072, full: 524_288 } as const;
const BARS = { short: 12_000, full: 40_000 } as const;
/** Deviation of a five-minute bar of a large coin. */
const MARKET = { symbols: 5, deviation: 0.0015 } as const;
const DATA = "independent returns without drift, default costs";
/** Categories of the action space `direction-size`. */
const LONG = 1;
const SHORT = 2;

/** @param costMultiplier of the costs that it learns with; it is judged with the default costs */
export function noiseGate(learner: NetworkLearner = "ppo", costMultiplier = 1): Gate {
  return { task: TASK, learner, encoder: "mlp", run: (context) => runNoise(context, learner, costMultiplier) };
}

/** The untrained network of PQN is no policy that draws: its best choices are held to the bars themselves. */
const PQN = {
  actionSpace: "discrete3",
  config: { pqn: { exploration: linear(1, 0.05) }, maxGradientNorm: 10 },
} as const;

async function runNoise(context: GateContext, learner: NetworkLearner, costMultiplier: number): Promise<GateOutcome> {
  const isPqn = learner === "pqn";
  const { seed, form } = context;
  const tape = noiseTape({ ...MARKET, bars: BARS[form], seed });
  const raw = computeFeatures(tape, "core20");
  const parts = marketParts(tape.bars, raw.warmup);
  const network = networkSpec("mlp");
  const lesson: MarketTaskSetup = {
    tape,
    features: normalizeTape(raw, fitNormalizer(raw, tape, parts.train.from, parts.train.to)),
    decision: { exchange: resolveExchangeConfig(), sizing: resolveSizingConfig(), risk: resolveRiskConfig() },
    actionSpace: isPqn ? PQN.actionSpace : "direction-size",
    seed,
  };
  const config: PpoConfig = {
    ...CLASSIC_PPO,
    rollout: 4_096,
    batch: 512,
    epochs: 4,
    gamma: 0.9,
    lambda: 0.9,
    learningRate: linear(1e-3, 1e-4),
    ...(isPqn ? PQN.config : {}),
    totalSteps: STEPS[form],
  };
  const schooling = { ...lesson.decision, exchange: resolveExchangeConfig({ costMultiplier }) };
  const env = trainingEnv({ ...lesson, decision: schooling }, parts.train);
  return trainOnTask({ task: TASK, env, network, config }, context, async (ppo) => {
    const { env: judged, bars } = judgingEnv(lesson, parts.test);
    // Judged is the policy that draws its choices: the likeliest choice hardly moves before anything is learned.
    const walk = async (values: Float32Array): Promise<{ rewards: Float64Array; changed: number }> => {
      const changes = new ChangeCounter(judged);
      const sample = new Random(seed).fork("judging");
      const onBar = (): void => changes.count();
      const rewards = await learnedRewards(ppo, network, judged, bars, { values, ...(isPqn ? {} : { sample }), onBar });
      return { rewards, changed: changes.changed };
    };
    const { rewards: learned, changed } = await walk(ppo.values);
    const untrained = isPqn ? undefined : await walk(ppo.parameters.initialize(new Random(seed).fork("parameters")));
    const trading = scriptedRewards(judged, bars, (choice) => {
      for (let i = 0; i < choice.length; i++) choice[i] = judged.exchange.book.lots[i] > 0 ? SHORT : LONG;
    });
    const steps = learned.length * bars;
    const reward = meanOf(learned) / bars;
    const cost = -meanOf(trading) / bars;
    return {
      steps: ppo.steps,
      measurements: [
        {
          figure: untrained === undefined ? "bars with a change" : "bars with a change, of those before learning",
          result: changed / steps,
          optimum: 0,
          share: changed / (untrained?.changed ?? steps),
          shareError: 0,
          bound: GateBound.atMost,
          gate: untrained === undefined ? 0.05 : 0.5,
          data: DATA,
        },
        {
          figure: "reward a bar",
          result: reward,
          optimum: 0,
          share: reward / cost,
          shareError: deviationOf(learned) / Math.sqrt(learned.length) / bars / cost,
          bound: GateBound.atLeast,
          gate: -0.05,
          data: DATA,
        },
      ],
    };
  });
}

/** Counts account-bars in which any position became another one. */
class ChangeCounter {
  changed = 0;
  readonly #env: TradingEnv;
  readonly #lots: Float64Array;

  constructor(env: TradingEnv) {
    this.#env = env;
    this.#lots = new Float64Array(env.exchange.book.lots.length);
  }

  count(): void {
    const { lots } = this.#env.exchange.book;
    const S = this.#env.shape.symbols;
    for (let row = 0; row < lots.length; row += S) {
      let changed = 0;
      for (let i = row; i < row + S; i++) {
        if (lots[i] !== this.#lots[i]) changed = 1;
        this.#lots[i] = lots[i];
      }
      this.changed += changed;
    }
  }
}
