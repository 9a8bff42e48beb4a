/** @file Rollout lengths that accounts, segments and minibatches fit into, whatever the other parameters are. */
import type { NetworkSpec } from "../../policy/index.ts";
import type { PpoConfig } from "../ppo/config.ts";

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/**
 * The smallest rollout that is at least the wanted one and fits: whole bars of all accounts, whole segments for an encoder
 * with memory, whole minibatches. 2048 steps of 32 accounts are 64 bars, one segment of 64 bars.
 */
export function fittingRollout(
  wanted: number,
  config: Pick<PpoConfig, "batch" | "segment">,
  encoder: NetworkSpec["encoder"],
  stretches: number,
  accounts: number,
): number {
  const unitBars = encoder === "mlp" ? 1 : config.segment;
  const units = Math.max(1, Math.round(config.batch / (unitBars * (accounts / stretches))));
  const granule = ((unitBars * units) / divisor(units, stretches)) * accounts;
  return Math.max(1, Math.ceil(wanted / granule)) * granule;
}
