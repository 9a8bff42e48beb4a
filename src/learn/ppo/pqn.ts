/**
 * @file PQN: Q-learning beside PPO's loop, without replay memory and without a target network (Gallici et al., "Simplifying
 * deep temporal difference learning", 2024). The network gives V, and for each symbol what a choice adds to it; the worth
 * of an account's choices is the sum over its symbols (Sunehag et al., "Value-decomposition networks", 2018):
 *
 *   Q(s, a) = V(s) + sum_i A_i(a_i),   max Q = V(s) + sum_i max A_i over what is allowed.
 *
 * Choices are the best but for a share epsilon, which is drawn from what is allowed. With max Q as the value of a state, the
 * returns of `generalizedAdvantages` are the targets of Q(lambda) as PQN has them:
 * `G_t = r_t + gamma (1 - done) (lambda G_(t+1) + (1 - lambda) max Q(s_(t+1)))`. The loss is `(Q(s, a) - G)^2 / 2`.
 */
import { add, exp, input, mean, mul, reshape, square, sub, sum, type Tensor } from "../../compute/index.ts";
import { type Random, TidemarkError } from "../../core/index.ts";
import { type ActionSpace, bestOf, MASKED_LOGIT, type Network, type NetworkShape } from "../../policy/index.ts";
import type { Decision } from "./actor.ts";
import { batchHeads, type PpoBatchShape, type PpoGraph } from "./loss.ts";
import type { Schedule } from "./schedule.ts";

export type PqnConfig = {
  /** Epsilon: the share of choices that are drawn. */
  readonly exploration: Schedule;
};

/** Throws CONFIG_VALUE for an action space that PQN can't learn: it weighs choices, and a number has no list of them. */
export function requireChoices({ name, betaHeads }: ActionSpace): void {
  if (betaHeads.length === 0) return;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `PQN weighs a list of choices, and "${name}" has numbers to choose`,
    where: "model.action_space",
    fix: 'Use "target" or "discrete3" (--action-space target), or train with --learner ppo.',
  });
}

/**
 * Chooses for every row: the best of what is allowed, or with probability epsilon any of it.
 * @param choice `[rows]` written
 * @param worth `[groups]` written: Q of everything that a group of `rowsPerGroup` rows has chosen
 */
export function drawByWorth(
  { logits, value }: Pick<Decision, "logits" | "value">,
  categories: number,
  rowsPerGroup: number,
  epsilon: number,
  random: Random,
  choice: Uint8Array,
  worth: Float32Array,
): void {
  for (let n = 0; n < worth.length; n++) {
    let q = value[n];
    for (let row = n * rowsPerGroup; row < (n + 1) * rowsPerGroup; row++) {
      const base = row * categories;
      let best = 0;
      let allowed = 0;
      for (let c = 0; c < categories; c++) {
        if (logits[base + c] > logits[base + best]) best = c;
        if (logits[base + c] > MASKED_LOGIT / 2) allowed++;
      }
      let chosen = best;
      if (random.uniform() < epsilon && allowed > 0) {
        let left = random.below(allowed);
        chosen = -1;
        while (left >= 0) if (logits[base + ++chosen] > MASKED_LOGIT / 2) left--;
      }
      choice[row] = chosen;
      q += logits[base + chosen] - logits[base + best];
    }
    worth[n] = q;
  }
}

/** Half the squared error of the worth of what was chosen, over a minibatch. */
export function pqnGraph(network: Network, shape: NetworkShape, batch: PpoBatchShape): PpoGraph {
  const { symbols, categories } = shape;
  const samples = batch.bars * batch.segments * batch.accounts;
  const rows = samples * symbols;
  const heads = batchHeads(network, shape, batch);
  const chosen = input("chosen", [rows, categories]);
  const target = input("return", [samples]);
  const old = input("oldLogProb", [samples]);
  const own = sum(reshape(mul(heads.logits, chosen), [samples, symbols * categories]), [1]);
  const worth = add(sub(heads.value, bestOf(heads.logits, samples)), own);
  const loss = mul(mean(square(sub(worth, target))), 0.5);
  const zero: Tensor = mul(loss, 0);
  // What acting made of the same choices is held against it as PPO's probabilities are: the ratio of their exponentials.
  const ratio = exp(sub(worth, old));
  return {
    loss,
    metrics: { ratio, choiceLogProb: worth, policyLoss: zero, valueLoss: mul(loss, 2), entropy: zero },
    gate: undefined,
  };
}
