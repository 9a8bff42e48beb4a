/** @file What a run trains in: one env with one learner for a whole run, or for each phase of it. */

import type { TradingEnv } from "../env/index.ts";
import { Ppo, type PpoStart } from "../ppo/index.ts";
import type { CurriculumRun } from "./phases/curriculum-run.ts";
import type { PhaseEnv } from "./phases/phase-env.ts";
import { type Prepared, trainingEnv } from "./prepare.ts";

export type Learner = { readonly env: TradingEnv | PhaseEnv; readonly ppo: Ppo };

/**
 * @param phases standing in the phase that is trained; none for a run without phases
 * @param start fresh parameters where absent
 */
export async function openLearner(
  prepared: Prepared,
  phases: CurriculumRun | undefined,
  start: PpoStart | undefined,
): Promise<Learner> {
  const { network, ppo, seed } = prepared.options;
  const env = phases === undefined ? trainingEnv(prepared) : phases.env;
  const config = phases === undefined ? ppo : phases.config(ppo);
  return { env, ppo: await Ppo.create(env, network, config, phases?.seed ?? seed, start) };
}
