/** @file The configuration as the settings of a training: the one place in which they are put together. */
import type { TrainOptions } from "../../learn/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { networkSettings, ppoSettings, rewardSettings, sourceDropout, splitSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";

/** What every training has, of a run, of a trial of a search, or for a moment. */
export type PolicySettings = Pick<
  TrainOptions,
  | "features"
  | "network"
  | "actionSpace"
  | "ppo"
  | "stretches"
  | "accounts"
  | "episodeBars"
  | "initialBalance"
  | "reward"
  | "decision"
  | "split"
  | "sourceDropout"
>;

/** Throws CONFIG_VALUE. */
export function policySettings(config: Config): PolicySettings {
  const { accounts, stretches = accounts, episodeBars } = config.training;
  return {
    features: featureSelection(config),
    network: networkSettings(config),
    actionSpace: config.model.actionSpace,
    ppo: ppoSettings(config),
    stretches,
    accounts,
    ...(episodeBars === undefined ? {} : { episodeBars }),
    initialBalance: config.backtest.initialBalance,
    reward: rewardSettings(config),
    decision: decisionSettings(config),
    split: splitSettings(config),
    sourceDropout: sourceDropout(config),
  };
}
