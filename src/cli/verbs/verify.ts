/** @file `tidemark verify`: proofs that anybody can repeat. */
import type { Command } from "commander";
import { addGroup, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";
import { registerVerifyAblation } from "./verify-ablation.ts";
import { registerVerifyAssistant } from "./verify-assistant.ts";
import { registerVerifyBias } from "./verify-bias.ts";
import { registerVerifyCrash } from "./verify-crash.ts";
import { registerVerifyEngine } from "./verify-engine.ts";
import { registerVerifyLeak } from "./verify-leak.ts";
import { registerVerifyLearning } from "./verify-learning.ts";
import { registerVerifyParity } from "./verify-parity.ts";
import { registerVerifyPromotion } from "./verify-promotion.ts";
import { registerVerifySoak } from "./verify-soak.ts";
import { registerVerifyText } from "./verify-text.ts";
import { registerVerifyTorture } from "./verify-torture.ts";

export function registerVerify(program: Command, runner: VerbRunner): void {
  const group = addGroup(program, "verify", VERB_SUMMARIES.verify, [
    ["verify parity", "what trains is what is tested, fill by fill"],
  ]);
  registerVerifyParity(group, runner);
  registerVerifyBias(group, runner);
  registerVerifyLeak(group, runner);
  registerVerifyLearning(group, runner);
  registerVerifyEngine(group, runner);
  registerVerifyTorture(group, runner);
  registerVerifyCrash(group, runner);
  registerVerifySoak(group, runner);
  registerVerifyText(group, runner);
  registerVerifyPromotion(group, runner);
  registerVerifyAblation(group, runner);
  registerVerifyAssistant(group, runner);
}
