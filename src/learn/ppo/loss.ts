/**
 * @file The PPO objective as a graph (Schulman et al., "Proximal policy optimization algorithms", 2017, equation 9):
 * clipped surrogate, squared value error, and an entropy bonus with a coefficient for the categories and one for the
 * Beta heads, whose entropy is usually negative and lives on another scale.
 */
import {
  add,
  betaDivergence,
  betaLogProbEntropy,
  cast,
  categoricalDivergence,
  categoricalLogProbEntropy,
  clip,
  constant,
  customGradient,
  exp,
  input,
  lessOrEqual,
  matmul,
  mean,
  minimum,
  mul,
  neg,
  reshape,
  softmax,
  split,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from "../../compute/index.ts";
import {
  encoderInput,
  type Heads,
  type Network,
  type NetworkShape,
  resetInput,
  stateInput,
} from "../../policy/index.ts";

export type PpoBatchShape = {
  /** Bars of a segment; 1 without memory. */
  readonly bars: number;
  /** Segments (or places) in a minibatch. */
  readonly segments: number;
  /** A. */
  readonly accounts: number;
  /** Rows of the whole feature matrix. */
  readonly marketRows: number;
  /** Whether memory is emptied at marked bars inside segments. */
  readonly hasResets: boolean;
};

export type PpoLossOptions = {
  readonly valueCoefficient: number;
  /** Half-width of the value clip around the old value; undefined for none, which is usually better. */
  readonly valueClip: number | undefined;
  /** A step is taken only while the approximate KL divergence is at most 1.5 times this; undefined for no limit. */
  readonly targetKl: number | undefined;
};

/** Holding on to a policy that stays as it is. */
export type AnchorOptions = {
  /** Weight of the mean divergence from it, nats an account-step. */
  readonly weight: number;
  /** `[B][C]`: 1 where a choice uses a number. */
  readonly usedBy: ReadonlyArray<Uint8Array>;
};

export type PpoGraph = {
  readonly loss: Tensor;
  /** For the log; read by name. */
  readonly metrics: Readonly<Record<string, Tensor>>;
  /** 1 where the step may be taken. */
  readonly gate: Tensor | undefined;
};

/** Log-probability of stored actions and entropies, by account-step. */
type ActionTerms = {
  readonly logProb: Tensor;
  readonly choiceLogProb: Tensor;
  readonly entropy: Tensor;
  readonly betaEntropy: Tensor | undefined;
};

function evaluateActions(heads: Heads, shape: NetworkShape, rows: number, samples: number): ActionTerms {
  const { symbols: S, categories: C, betaHeads: B } = shape;
  const chosen = input("chosen", [rows, C]);
  const perStep = (x: Tensor): Tensor => (S === 1 ? reshape(x, [samples]) : sum(reshape(x, [samples, S]), [1]));
  const choice = categoricalLogProbEntropy(heads.logits, chosen);
  const choiceLogProb = perStep(choice.logProb);
  const entropy = mean(perStep(choice.entropy));
  if (heads.concentrations === undefined) {
    return { logProb: choiceLogProb, choiceLogProb, entropy, betaEntropy: undefined };
  }
  const [alpha, beta] = split(heads.concentrations, [B, B], 1);
  const betaSamples = input("betaSamples", [rows, B]);
  // 1 where the choice uses the number: an unused one has no say in the gradient. The entropy of sizes is weighted by the
  // choice that was drawn, not by the probability of each: a bonus on a Beta's entropy, which is mostly negative, would
  // otherwise push the category towards holding.
  const used = input("used", [rows, B]);
  const terms = betaLogProbEntropy(alpha, beta, betaSamples);
  const perStepBeta = (x: Tensor): Tensor => sum(reshape(mul(x, used), [samples, S * B]), [1]);
  return {
    logProb: add(choiceLogProb, perStepBeta(terms.logProb)),
    choiceLogProb,
    entropy,
    betaEntropy: mean(perStepBeta(terms.entropy)),
  };
}

/**
 * Mean KL(anchor || policy) of everything that an account chooses at a step: of the choice, and of each number weighted by how
 * likely the anchor was to use it. Exact, as the anchor's heads are fed in full.
 */
function anchorDivergence(
  heads: Heads,
  shape: NetworkShape,
  rows: number,
  samples: number,
  usedBy: ReadonlyArray<Uint8Array>,
): Tensor {
  const { categories: C, betaHeads: B } = shape;
  const logits = input("anchorLogits", [rows, C]);
  const ofChoice = categoricalDivergence(logits, heads.logits);
  if (heads.concentrations === undefined) return mul(sum(ofChoice), 1 / samples);
  const [alpha, beta] = split(heads.concentrations, [B, B], 1);
  const [heldAlpha, heldBeta] = split(input("anchorConcentrations", [rows, 2 * B]), [B, B], 1);
  const uses = constant(
    Float32Array.from({ length: C * B }, (_, i) => usedBy[i % B][Math.floor(i / B)]),
    [C, B],
  );
  const ofNumber = betaDivergence({ alpha: heldAlpha, beta: heldBeta }, { alpha, beta });
  const likely = matmul(softmax(logits), uses);
  return mul(add(sum(ofChoice), sum(mul(likely, ofNumber))), 1 / samples);
}

/** The heads of one minibatch of `bars * segments * accounts` account-steps, row order `[bar, segment, account, symbol]`. */
export function batchHeads(network: Network, shape: NetworkShape, batch: PpoBatchShape): Heads {
  const { encoder } = network;
  const places = batch.bars * batch.segments;
  const rows = places * batch.accounts * shape.symbols;
  const encoded =
    encoder === undefined
      ? undefined
      : encoder.segment(
          encoderInput(network, encoder, shape, { rows: batch.marketRows }, batch.bars, batch.segments),
          stateInput(encoder, batch.segments * shape.symbols),
          batch.hasResets ? resetInput(batch.bars, batch.segments * shape.symbols) : undefined,
        );
  const account = input("account", [rows, shape.accountFeatures]);
  const mask = input("mask", [rows, shape.categories]);
  return network.heads(encoded, account, mask, places, batch.accounts);
}

/** The loss of one minibatch. */
export function ppoGraph(
  network: Network,
  shape: NetworkShape,
  batch: PpoBatchShape,
  options: PpoLossOptions,
  anchor?: AnchorOptions,
): PpoGraph {
  const samples = batch.bars * batch.segments * batch.accounts;
  const rows = samples * shape.symbols;
  const heads = batchHeads(network, shape, batch);
  const terms = evaluateActions(heads, shape, rows, samples);

  const oldLogProb = input("oldLogProb", [samples]);
  const advantage = input("advantage", [samples]);
  const target = input("return", [samples]);
  const clipRange = input("clipRange", []);
  const entropyWeight = input("entropyWeight", []);

  const logRatio = sub(terms.logProb, oldLogProb);
  const ratio = exp(logRatio);
  const policyLoss = clippedSurrogate(terms.logProb, ratio, advantage, clipRange);
  const valueLoss = mean(square(sub(clippedValue(heads.value, samples, options.valueClip), target)));
  let loss = add(policyLoss, mul(valueLoss, options.valueCoefficient));
  loss = sub(loss, mul(terms.entropy, entropyWeight));
  const metrics: Record<string, Tensor> = {
    ratio,
    choiceLogProb: terms.choiceLogProb,
    policyLoss,
    valueLoss,
    entropy: terms.entropy,
  };
  if (terms.betaEntropy !== undefined) {
    const betaEntropyWeight = input("betaEntropyWeight", []);
    loss = sub(loss, mul(terms.betaEntropy, betaEntropyWeight));
    metrics["betaEntropy"] = terms.betaEntropy;
  }
  if (anchor !== undefined) {
    const divergence = anchorDivergence(heads, shape, rows, samples, anchor.usedBy);
    loss = add(loss, mul(divergence, anchor.weight));
    metrics["anchorKl"] = divergence;
  }
  if (options.targetKl === undefined) return { loss, metrics, gate: undefined };
  // The low-variance estimate of Schulman, "Approximating KL divergence" (2020).
  const kl = mean(sub(sub(ratio, 1), logRatio));
  return { loss, metrics, gate: cast(lessOrEqual(kl, 1.5 * options.targetKl), "float32") };
}

/**
 * Minus the mean of `min(r A, clip(r, 1 - e, 1 + e) A)`. Its derivative by a log-probability is `r A` where the first is
 * the smaller and zero where the clip holds: written out, because that is a third of the nodes of the chain rule.
 */
function clippedSurrogate(logProb: Tensor, ratio: Tensor, advantage: Tensor, range: Tensor): Tensor {
  const free = mul(ratio, advantage);
  const held = mul(clip(ratio, sub(1, range), add(1, range)), advantage);
  const [loss] = customGradient({
    inputs: [logProb],
    outputs: [neg(mean(minimum(free, held)))],
    backward: ([g]) => [
      g === undefined ? undefined : mul(where(lessOrEqual(free, held), free, 0), mul(g, -1 / logProb.size)),
    ],
  });
  return loss;
}

function clippedValue(value: Tensor, samples: number, range: number | undefined): Tensor {
  if (range === undefined) return value;
  const old = input("oldValue", [samples]);
  return add(old, clip(sub(value, old), -range, range));
}
