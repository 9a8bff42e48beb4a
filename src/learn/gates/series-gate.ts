/** @file Gates on series whose best policy is known: the learner's reward as a share of that policy's on the same bars. */
import { type EncoderName, type NetworkLearner, type NetworkSpec, networkSpec } from "../../policy/index.ts";
import { CLASSIC_PPO, linear, type PpoConfig } from "../ppo/index.ts";
import type { Gate, GateBound, GateContext, GateForm, GateOutcome, Measurement } from "./gate.ts";
import type { ChoosePosition, KnownSeries } from "./tasks/known-series.ts";
import { type Series, SeriesTask } from "./tasks/series.ts";
import { learnedRewards, meanOf, scriptedRewards, shareOf, trainOnTask } from "./train-on-task.ts";

/** A policy to hold the learner against, and how it must compare. */
export type Yardstick = {
  readonly figure: string;
  readonly policy: (series: Series) => ChoosePosition;
  readonly bound: GateBound;
  readonly gate: number;
};

/** How many learn side by side, and on how much of the series. */
type Training = {
  readonly stretches: number;
  readonly accountsPerStretch: number;
  readonly rows: number;
  readonly episodeSteps: number;
};

export type SeriesTaskSetup = {
  readonly series: KnownSeries;
  readonly encoder: EncoderName;
  /** Default: PPO. */
  readonly learner?: NetworkLearner;
  readonly network?: Partial<Omit<NetworkSpec, "encoder">>;
  readonly config?: Partial<PpoConfig>;
  readonly training?: Partial<Training>;
  readonly steps: Readonly<Record<GateForm, number>>;
  readonly yardsticks: readonly Yardstick[];
};

/**
 * Stretches, and bars on each of them, none of them seen in training. The 524,288 bars of the full form hold the standard
 * error of a share at 0.004 without hidden noise, and in the hidden regime at 0.01 with memory and 0.016 without, where the
 * gates are some 0.07 and 0.15 away from what is measured. Every row states its own.
 */
const EVALUATION = { stretches: 64, bars: { short: 2_048, full: 8_192 } } as const;
const TRAINING: Training = { stretches: 16, accountsPerStretch: 4, rows: 200_000, episodeSteps: 512 };

const CONFIG: PpoConfig = {
  ...CLASSIC_PPO,
  rollout: 4_096,
  batch: 512,
  epochs: 4,
  gamma: 0.95,
  lambda: 0.9,
  learningRate: linear(3e-3, 1e-4),
};

/** Half of the choices are drawn at first; the last ones are nearly all the best. */
const PQN: Partial<PpoConfig> = { pqn: { exploration: linear(0.5, 0.02) }, maxGradientNorm: 10 };

export function seriesGate(lesson: SeriesTaskSetup): Gate {
  const { encoder, learner = "ppo" } = lesson;
  return { task: lesson.series.name, learner, encoder, run: (context) => runSeries(lesson, context) };
}

async function runSeries(lesson: SeriesTaskSetup, context: GateContext): Promise<GateOutcome> {
  const { series: known, encoder } = lesson;
  const { seed, form } = context;
  const network = networkSpec(encoder, lesson.network);
  const history = Math.max(network.window - 1, network.warmup);
  const { rows, ...training } = { ...TRAINING, ...lesson.training };
  const env = envOf(known, known.series(rows, 2 * seed), { ...training, seed, history });
  const method = lesson.learner === "pqn" ? PQN : {};
  const config = { ...CONFIG, ...lesson.config, ...method, totalSteps: lesson.steps[form] };
  return trainOnTask({ task: known.name, env, network, config }, context, async (ppo) => {
    const { stretches } = EVALUATION;
    const bars = EVALUATION.bars[form];
    // Odd seeds, so that no series of training is judged on.
    const series = known.series(history + stretches * bars + 1, 2 * seed + 1);
    const judged = envOf(known, series, {
      stretches,
      accountsPerStretch: 1,
      seed,
      episodeSteps: bars,
      history,
      starts: Array.from({ length: stretches }, (_, g) => history + g * bars),
    });
    const learned = await learnedRewards(ppo, network, judged, bars);
    return {
      steps: ppo.steps,
      measurements: lesson.yardsticks.map((yardstick) => compare(yardstick, series, judged, learned, bars)),
    };
  });
}

type EnvOptions = Omit<ConstructorParameters<typeof SeriesTask>[1], "cost" | "hidePosition">;

function envOf({ cost, hidePosition }: KnownSeries, series: Series, options: EnvOptions): SeriesTask {
  return new SeriesTask(series, { ...options, cost, hidePosition });
}

function compare(
  { figure, policy, bound, gate }: Yardstick,
  series: Series,
  env: SeriesTask,
  learned: Float64Array,
  bars: number,
): Measurement {
  const choose = policy(series);
  const rewards = scriptedRewards(env, bars, (choice) => {
    for (let n = 0; n < choice.length; n++) choice[n] = choose(env.row[n], env.position[n]) + 1;
  });
  const { share, error } = shareOf(learned, rewards);
  return {
    figure,
    result: meanOf(learned) / bars,
    optimum: meanOf(rewards) / bars,
    share,
    shareError: error,
    bound,
    gate,
  };
}
