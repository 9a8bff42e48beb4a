/**
 * @file Kullback and Leibler's divergence of a distribution from one that stays as it is, KL(fixed || moving), in nats. Gradients
 * flow into the second alone.
 *
 * For Beta distributions it is the Bregman divergence of their log-normalizer. The log-density at one half is linear in the
 * concentrations but for that normalizer, so that with l(a, b) = log Beta(1/2; a, b)
 *
 *   KL = l(a0, b0) - l(a, b) + (a - a0) dl/da(a0, b0) + (b - b0) dl/db(a0, b0),
 *
 * and density and slopes are there already: no log-gamma, no digamma.
 */
import { gradients } from "../gradient/gradients.ts";
import { add, mul, neg, stopGradient, sub } from "../ops/elementwise.ts";
import { softmax } from "../ops/normalize.ts";
import { sum } from "../ops/reduce.ts";
import { constant, type Tensor } from "../tensor/tensor.ts";
import { betaLogProb } from "./beta.ts";
import { categoricalEntropy, categoricalLogProb } from "./categorical.ts";

/** Of the choices with these logits, both `[..., C]` and with the same ones masked; shape `[...]`. */
export function categoricalDivergence(fixed: Tensor, moving: Tensor): Tensor {
  const crossEntropy = neg(categoricalLogProb(moving, stopGradient(softmax(fixed))));
  return sub(crossEntropy, stopGradient(categoricalEntropy(fixed)));
}

/** The concentrations of a Beta distribution, of one shape, at least 1. */
export type Concentrations = { readonly alpha: Tensor; readonly beta: Tensor };

/** Of one shape with the concentrations; exact but for what `betaLogProb` rounds. */
export function betaDivergence(fixed: Concentrations, moving: Concentrations): Tensor {
  const half = constant(0.5, moving.alpha.shape);
  const before = betaLogProb(fixed.alpha, fixed.beta, half);
  const [byAlpha, byBeta] = gradients(sum(before), [fixed.alpha, fixed.beta]).map(stopGradient);
  const [a, b] = [sub(moving.alpha, stopGradient(fixed.alpha)), sub(moving.beta, stopGradient(fixed.beta))];
  const linear = add(mul(a, byAlpha), mul(b, byBeta));
  return add(sub(stopGradient(before), betaLogProb(moving.alpha, moving.beta, half)), linear);
}
