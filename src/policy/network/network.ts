/**
 * @file The network: market encoder, then the account joins, then action heads and value. One description serves the
 * acting graph, the training graph and the exported policy file.
 *
 * Rows of the joined part are `[R, A, S]`: R places in the market (bar and stretch), the A accounts that live there,
 * and their S symbols. The market's share of the join is computed once for a place and broadcast over its accounts.
 */
import {
  add,
  concat,
  linear,
  max,
  mean,
  orthogonal,
  type Parameters,
  reshape,
  softplus,
  split,
  sum,
  type Tensor,
  tanh,
  zeros,
} from "../../compute/index.ts";
import type { Encoded, MarketEncoder } from "./encoder.ts";
import { marketEncoder } from "./encoders/encoders.ts";
import { norm } from "./encoders/norm.ts";
import { columnBlocks } from "./initializers.ts";
import type { NetworkShape, NetworkSpec } from "./spec.ts";

export type Heads = {
  /** `[R*A*S, C]`, masks added. */
  readonly logits: Tensor;
  /** `[R*A*S, 2B]`: alphas, then betas, each above 1; undefined without Beta heads. */
  readonly concentrations: Tensor | undefined;
  /** `[R*A]`; of a network of choice values, that of the best allowed choices. */
  readonly value: Tensor;
};

/** Gains of the reference: sqrt 2 for hidden layers, 0.01 for the policy so that it starts undecided, 1 for the value. */
const GAIN = { hidden: Math.SQRT2, policy: 0.01, value: 1 } as const;

export class Network {
  readonly encoder: MarketEncoder | undefined;
  readonly #spec: NetworkSpec;
  readonly #shape: NetworkShape;
  readonly #market: readonly Tensor[];
  readonly #account: Tensor;
  readonly #bias: Tensor;
  readonly #deeper: ReadonlyArray<ReadonlyArray<{ weight: Tensor; bias: Tensor }>>;
  /** Of each joined layer's actor and critic, before their activation; none in a network of probabilities. */
  readonly #norms: ReadonlyArray<ReadonlyArray<(x: Tensor) => Tensor>>;
  readonly #policyWeight: Tensor;
  readonly #policyBias: Tensor;
  readonly #valueWeight: Tensor;
  readonly #valueBias: Tensor;

  /** Whether the encoder reads the account too. */
  get remembersAll(): boolean {
    return this.#spec.remember === "all";
  }

  /** Adds every parameter in a fixed order, so that equal specs and shapes have equal flat vectors. */
  constructor(parameters: Parameters, spec: NetworkSpec, shape: NetworkShape) {
    this.#spec = spec;
    this.#shape = shape;
    const J = spec.joinSize;
    const towers = ["actor", "critic"] as const;
    const seen = shape.marketFeatures + (spec.remember === "all" ? shape.accountFeatures : 0);
    this.encoder = seen === 0 ? undefined : marketEncoder(parameters, spec, { ...shape, marketFeatures: seen });
    this.#market =
      this.encoder === undefined
        ? []
        : towers.map((tower) => parameters.add(`${tower}.market`, [spec.hiddenSize, J], orthogonal(GAIN.hidden)));
    this.#account = parameters.add(
      "join.account",
      [shape.accountFeatures, 2 * J],
      columnBlocks(2, orthogonal(GAIN.hidden)),
    );
    this.#bias = parameters.add("join.bias", [2 * J], zeros);
    this.#deeper = Array.from({ length: spec.joinLayers - 1 }, (_, i) =>
      towers.map((tower) => ({
        weight: parameters.add(`${tower}.layer${i + 2}.weight`, [J, J], orthogonal(GAIN.hidden)),
        bias: parameters.add(`${tower}.layer${i + 2}.bias`, [J], zeros),
      })),
    );
    this.#norms =
      spec.choiceValues === undefined
        ? []
        : Array.from({ length: spec.joinLayers }, (_, i) =>
            towers.map((tower) => norm(parameters, `${tower}.norm${i + 1}`, J)),
          );
    const outputs = shape.categories + 2 * shape.betaHeads;
    this.#policyWeight = parameters.add("policy.weight", [J, outputs], orthogonal(GAIN.policy));
    this.#policyBias = parameters.add("policy.bias", [outputs], zeros);
    this.#valueWeight = parameters.add("value.weight", [J, 1], orthogonal(GAIN.value));
    this.#valueBias = parameters.add("value.bias", [1], zeros);
  }

  /**
   * @param encoded rows `[R*S, H]`, or undefined without a market
   * @param account `[R*A*S, K]`
   * @param mask `[R*A*S, C]`, 0 or a large negative number
   */
  heads(encoded: Encoded | undefined, account: Tensor, mask: Tensor, places: number, accounts: number): Heads {
    const { symbols: S, categories: C, betaHeads: B } = this.#shape;
    const J = this.#spec.joinSize;
    const rows = places * accounts * S;
    const [actor, critic] = this.#towers(this.#join(encoded, account, places, accounts));
    const out = linear(actor, this.#policyWeight, this.#policyBias);
    // What the account is worth is the mean over its symbols: any number of them, in any order.
    const pooled = S === 1 ? critic : mean(reshape(critic, [places * accounts, S, J]), [1]);
    const base = reshape(linear(pooled, this.#valueWeight, this.#valueBias), [places * accounts]);
    if (B === 0) {
      const logits = add(out, mask);
      const value = this.#spec.choiceValues === undefined ? base : add(base, bestOf(logits, places * accounts));
      return { logits, concentrations: undefined, value };
    }
    const [logits, raw] = split(out, [C, 2 * B], 1);
    return {
      logits: add(logits, mask),
      // Both above one: the density has one peak (Chou, Maturana and Scherer, 2017).
      concentrations: add(softplus(reshape(raw, [rows, 2 * B])), 1),
      value: base,
    };
  }

  /** Actor and critic after the joined layers, `[R*A*S, J]` each. @param joined before the first activation */
  #towers(joined: Tensor): readonly [Tensor, Tensor] {
    const J = this.#spec.joinSize;
    if (this.#norms.length === 0) {
      let [actor, critic] = split(tanh(joined), [J, J], 1);
      for (const [a, c] of this.#deeper) {
        actor = tanh(linear(actor, a.weight, a.bias));
        critic = tanh(linear(critic, c.weight, c.bias));
      }
      return [actor, critic];
    }
    const [first, ...later] = this.#norms;
    let [actor, critic] = split(joined, [J, J], 1).map((x, tower) => tanh(first[tower](x)));
    for (const [i, [a, c]] of this.#deeper.entries()) {
      actor = tanh(later[i][0](linear(actor, a.weight, a.bias)));
      critic = tanh(later[i][1](linear(critic, c.weight, c.bias)));
    }
    return [actor, critic];
  }

  /** `[R*A*S, 2J]` before the activation: actor, then critic. */
  #join(encoded: Encoded | undefined, account: Tensor, places: number, accounts: number): Tensor {
    const S = this.#shape.symbols;
    const width = 2 * this.#spec.joinSize;
    const own = linear(account, this.#account, this.#bias);
    if (encoded === undefined) return own;
    const shared = concat([linear(encoded.actor, this.#market[0]), linear(encoded.critic, this.#market[1])], 1);
    if (accounts === 1) return add(shared, own);
    const total = add(reshape(shared, [places, 1, S, width]), reshape(own, [places, accounts, S, width]));
    return reshape(total, [places * accounts * S, width]);
  }
}

/** What the best allowed choices of an account's symbols add to its value, `[accounts]`. @param logits `[accounts*S, C]` */
export function bestOf(logits: Tensor, accounts: number): Tensor {
  const best = max(logits, [1]);
  return sum(reshape(best, [accounts, best.size / accounts]), [1]);
}
