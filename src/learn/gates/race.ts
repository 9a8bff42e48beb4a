/**
 * @file How much work a learner needs for a share of the best policy's reward: trains on a task with a known best and stops
 * where it is reached. Steps a second can be bought with learning; this figure can't. Judging is not counted.
 */
import { type NetworkSpec, networkSpec } from "../../policy/index.ts";
import { CLASSIC_PPO, linear, Ppo, type PpoConfig } from "../ppo/index.ts";
import { CartPole } from "./tasks/cart-pole.ts";
import { hiddenRegime, type KnownSeries, meanReverting } from "./tasks/known-series.ts";
import { SeriesTask } from "./tasks/series.ts";
import { learnedRewards, scriptedRewards, shareOf } from "./train-on-task.ts";

export type RaceOptions = {
  readonly seed: number;
  /** Of the best policy's reward, in (0, 1). */
  readonly share: number;
  /** Processor time of this process so far, seconds. */
  readonly cpuSeconds: () => number;
  /** Share of each task's budget of steps; at least one update. Default: 1. */
  readonly effort?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (task: string, steps: number, total: number) => void;
};

export type RaceResult = {
  readonly task: string;
  readonly encoder: string;
  /** Account-steps that were learned from. */
  readonly steps: number;
  /** Of acting and learning alone. */
  readonly cpuSeconds: number;
  /** What was last measured, as a share of the best. */
  readonly share: number;
  /** False where the budget ended before. */
  readonly reached: boolean;
};

/** A judge tells the share of the best that the learner has now; undefined where it is too early to tell. */
type Judge = (ppo: Ppo, ended: readonly number[]) => Promise<number | undefined>;

type Track = {
  readonly task: string;
  readonly network: NetworkSpec;
  readonly config: PpoConfig;
  readonly env: (seed: number) => CartPole | SeriesTask;
  readonly judge: (seed: number) => Judge;
};

const EPISODES = 100;
const BEST_EPISODE = 500;
/** Updates between two looks at bars that nobody learns from. */
const LOOK_EVERY = 4;
const JUDGED = { stretches: 64, bars: 1_024 } as const;

/** The mean of the last hundred episodes of the training itself, as everybody's logs have it. */
function byEpisodes(): Judge {
  const last: number[] = [];
  return (_, ended) => {
    last.push(...ended);
    last.splice(0, Math.max(0, last.length - EPISODES));
    const mean = last.reduce((a, b) => a + b, 0) / Math.max(1, last.length);
    return Promise.resolve(last.length < EPISODES ? undefined : mean / BEST_EPISODE);
  };
}

function taskOn(known: KnownSeries, seed: number, rows: number, history: number, judged: boolean): SeriesTask {
  const { cost, hidePosition } = known;
  const { stretches, bars } = JUDGED;
  const place = judged
    ? { stretches, episodeSteps: bars, starts: Array.from({ length: stretches }, (_, g) => history + g * bars) }
    : { stretches: 64, episodeSteps: 512 };
  return new SeriesTask(known.series(rows, seed), {
    ...place,
    accountsPerStretch: 1,
    seed,
    cost,
    hidePosition,
    history,
  });
}

function byReward(known: KnownSeries, network: NetworkSpec): (seed: number) => Judge {
  const history = Math.max(network.window - 1, network.warmup);
  return (seed) => {
    const { stretches, bars } = JUDGED;
    const rows = history + stretches * bars + 1;
    // Another series than the one that is learned from.
    const env = taskOn(known, 2 * seed + 1, rows, history, true);
    const choose = known.best(known.series(rows, 2 * seed + 1));
    const best = scriptedRewards(env, bars, (choice) => {
      for (let n = 0; n < choice.length; n++) choice[n] = choose(env.row[n], env.position[n]) + 1;
    });
    return async (ppo) => {
      if (ppo.updates % LOOK_EVERY !== 0) return undefined;
      return shareOf(await learnedRewards(ppo, network, env, bars), best).share;
    };
  };
}

function seriesTrack(known: KnownSeries, network: NetworkSpec, changes: Partial<PpoConfig>): Track {
  const history = Math.max(network.window - 1, network.warmup);
  return {
    task: known.name,
    network,
    config: { ...CLASSIC_PPO, rollout: 4_096, epochs: 4, lambda: 0.9, learningRate: linear(3e-3, 1e-4), ...changes },
    env: (seed) => taskOn(known, 2 * seed, 200_000, history, false),
    judge: byReward(known, network),
  };
}

/** CartPole by the settings that others publish for it; the series by those of the gates. */
function tracks(): readonly Track[] {
  const small = { hiddenSize: 32, joinSize: 32, warmup: 64 } as const;
  return [
    {
      task: "cart-pole",
      network: networkSpec("mlp", { joinLayers: 2 }),
      config: {
        ...CLASSIC_PPO,
        rollout: 256,
        batch: 256,
        epochs: 20,
        gamma: 0.98,
        lambda: 0.8,
        learningRate: linear(1e-3),
        clip: linear(0.2),
        normalizeReward: false,
        totalSteps: 100_096,
      },
      env: (seed) => new CartPole(8, 2 * seed),
      judge: byEpisodes,
    },
    seriesTrack(meanReverting(0.2), networkSpec("mlp"), { batch: 512, gamma: 0.95, totalSteps: 262_144 }),
    seriesTrack(hiddenRegime(), networkSpec("gru", small), { batch: 1_024, gamma: 0.5, totalSteps: 163_840 }),
  ];
}

/** Runs every task once, one after the other. */
export async function* raceToShare(options: RaceOptions): AsyncGenerator<RaceResult, void, undefined> {
  for (const track of tracks()) yield await race(track, options);
}

async function race(track: Track, options: RaceOptions): Promise<RaceResult> {
  const { task, network, config } = track;
  const { seed, cpuSeconds, signal, onProgress, effort = 1 } = options;
  const total = Math.max(1, Math.floor((config.totalSteps * effort) / config.rollout)) * config.rollout;
  const ppo = await Ppo.create(track.env(seed), network, config, seed);
  const judge = track.judge(seed);
  let spent = 0;
  let share = 0;
  try {
    while (ppo.steps < total && share < options.share) {
      signal?.throwIfAborted();
      const before = cpuSeconds();
      const { episodes } = await ppo.iterate();
      spent += cpuSeconds() - before;
      share =
        (await judge(
          ppo,
          episodes.map(({ reward }) => reward),
        )) ?? share;
      onProgress?.(task, ppo.steps, total);
    }
    const reached = share >= options.share;
    return { task, encoder: network.encoder, steps: ppo.steps, cpuSeconds: spent, share, reached };
  } finally {
    await ppo.release();
  }
}
