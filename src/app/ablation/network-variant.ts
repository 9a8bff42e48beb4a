/**
 * @file One variant of an ablation with a policy in the place of a classifier: PPO is trained anew without the group, with it, or
 * with its series moved in time. It learns from its own trading, at every bar, so a group may help it where a classifier of
 * the sign finds nothing; it scatters more from seed to seed, too. Nothing of the test chooses its parameters.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  type AblationMarket,
  type AblationVariant,
  backtest,
  movedSeries,
  type VariantRecord,
  variantRecord,
} from "../../evaluate/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { loadPolicyModel, openPolicy, releaseModel, rowsOfTape, selectionOf } from "../../policy/index.ts";
import { changedConfig } from "../config/changed.ts";
import { configOf } from "../config/load.ts";
import { memberConfig } from "../training/member-config.ts";
import { trainNetworks } from "../training/network-window.ts";
import { policySettings } from "../training/policy-settings.ts";
import type { AblationPlan } from "./plan.ts";

/** Throws as a training does. */
export async function networkVariant(
  market: AblationMarket,
  plan: AblationPlan,
  variant: AblationVariant,
): Promise<VariantRecord> {
  const { train, test, balance, signal } = market;
  const names = variant.kind === "without" ? plan.common : [...plan.common, ...plan.added];
  const config = changedConfig(configOf(plan.config, plan.project), { "features.list": names });
  const tape =
    variant.kind === "placebo" ? movedSeries(market.tape, market.features.warmup, variant.shift) : market.tape;
  const folder = join(plan.folder, `training-${variant.seed}`);
  // One that was stopped begins anew.
  rmSync(folder, { recursive: true, force: true });
  const { decision } = policySettings(memberConfig(config));
  try {
    await trainNetworks(config, {
      tape,
      name: "ablation",
      version: "1",
      folder,
      seed: variant.seed,
      split: {
        trainShare: (train.to + 0.5) / tape.bars,
        validationShare: 0,
        embargoBars: test.from - train.to,
      },
      starts: [],
      ...(signal === undefined ? {} : { signal }),
    });
    const model = await loadPolicyModel(join(folder, "model"));
    try {
      const features = computeFeatures(tape, selectionOf(model.manifest));
      const play = (costs: number) => {
        const { exchange } = decision;
        return backtest({
          tape,
          policy: openPolicy(model, rowsOfTape(features, model.manifest.normalizer)),
          config: { ...decision, exchange: { ...exchange, costMultiplier: exchange.costMultiplier * costs } },
          from: test.from,
          to: test.to,
          balance,
          seed: 1,
          ...(signal === undefined ? {} : { signal }),
        });
      };
      return await variantRecord(variant, play, null);
    } finally {
      await releaseModel(model);
    }
  } finally {
    // What judges a group is nobody's model.
    rmSync(folder, { recursive: true, force: true });
  }
}
