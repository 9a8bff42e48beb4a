/** @file What the gates on a market share: the split, the env of training and the env of judging, as data that differ. */
import type { FeatureTape } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { ActionSpaceName } from "../../policy/index.ts";
import { actionSpace } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { type BarRange, REWARD_DEFAULTS, splitBars, TradingEnv } from "../env/index.ts";

export type MarketTaskSetup = {
  readonly tape: MarketTape;
  readonly features: FeatureTape;
  readonly decision: DecisionConfig;
  readonly actionSpace: ActionSpaceName;
  readonly seed: number;
};

export type MarketParts = { readonly train: BarRange; readonly test: BarRange };

const STRETCHES = { training: 16, evaluation: 16 } as const;
const ACCOUNTS_PER_STRETCH = 4;
const EPISODE_BARS = 256;
const BALANCE = 10_000;

/** The first four fifths to learn from, the rest to judge on, a day of five-minute bars apart. */
export function marketParts(bars: number, firstBar: number): MarketParts {
  return splitBars(bars, firstBar, EPISODE_BARS + 1, { trainShare: 0.8, validationShare: 0, embargoBars: 288 });
}

export function trainingEnv(lesson: MarketTaskSetup, range: BarRange): TradingEnv {
  return new TradingEnv({
    ...lesson,
    actionSpace: actionSpace(lesson.actionSpace),
    range,
    reward: REWARD_DEFAULTS,
    stretches: STRETCHES.training,
    accountsPerStretch: ACCOUNTS_PER_STRETCH,
    episodeBars: EPISODE_BARS,
    initialBalance: BALANCE,
  });
}

/** One account on each of equal blocks of the range, from flat. */
export function judgingEnv(lesson: MarketTaskSetup, range: BarRange): { env: TradingEnv; bars: number } {
  const blocks = STRETCHES.evaluation;
  const bars = Math.floor((range.to - range.from - 1) / blocks);
  const env = new TradingEnv({
    ...lesson,
    actionSpace: actionSpace(lesson.actionSpace),
    range,
    reward: REWARD_DEFAULTS,
    stretches: blocks,
    accountsPerStretch: 1,
    episodeBars: bars,
    initialBalance: BALANCE,
    starts: Array.from({ length: blocks }, (_, block) => range.from + block * bars),
  });
  return { env, bars };
}
