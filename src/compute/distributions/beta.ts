/**
 * @file The Beta distribution: log-density, entropy and their gradients in about twenty nodes together. ONNX has neither
 * log-gamma nor digamma; the powers of 1/a, 1/b and 1/(a + b) come from one exponential of multiples of the logarithms, and
 * every function is then a product of those powers with a small fixed matrix (see beta-series.ts).
 */

import { customGradient } from "../ops/custom.ts";
import { add, div, exp, log, mul, sub } from "../ops/elementwise.ts";
import { concat, reshape, split } from "../ops/layout.ts";
import { gemm } from "../ops/matmul.ts";
import { sameShape, shapeError } from "../tensor/shape.ts";
import { constant, requireDType, type Tensor } from "../tensor/tensor.ts";
import { HALF_LOG_TWO_PI, POWERS, type SeriesTerms, seriesColumn } from "./beta-series.ts";
import type { LogProbEntropy } from "./categorical.ts";

/** A matrix constant from its columns. */
function matrixOf(columns: readonly (readonly number[])[]): Tensor {
  const rows = columns[0].length;
  const values = Float32Array.from({ length: rows * columns.length }, (_, i) => {
    const column = columns[i % columns.length];
    return column[Math.floor(i / columns.length)];
  });
  return constant(values, [rows, columns.length]);
}

/** Factors of the logarithms of a, b and s that give the logarithms of all powers. */
function powerMatrix(): Tensor {
  const columns = [0, 1, 2].flatMap((of) =>
    Array.from({ length: POWERS }, (_, k) => [0, 1, 2].map((row) => (row === of ? -(k + 1) : 0))),
  );
  return matrixOf(columns);
}

const SERIES_OF_DENSITY: SeriesTerms = [{ c: -1 }, { c: -1 }, { c: 1 }];
const SERIES_OF_ENTROPY: SeriesTerms = [{ h: 1 }, { h: 1 }, { h: -1, d: -1 }];
const SERIES_OF_SLOPES: readonly SeriesTerms[] = [
  [{ d: -1 }, {}, { d: 1 }],
  [{}, { d: -1 }, { d: 1 }],
];
const SERIES_OF_ENTROPY_SLOPES: readonly SeriesTerms[] = [
  [{ f: -1 }, {}, { f: 1, t: -1 }],
  [{}, { f: -1 }, { f: 1, t: -1 }],
];

/** The shared quantities, each with a row per element: a and b `[N, 2]`, logarithms `[N, 3]`, powers `[N, 24]`. */
type Shared = { readonly ab: Tensor; readonly s: Tensor; readonly logs: Tensor; readonly powers: Tensor };

function sharedOf(alpha: Tensor, beta: Tensor): Shared {
  const rows = [alpha.size, 1];
  const ab = concat([reshape(alpha, rows), reshape(beta, rows)], 1);
  const s = gemm(ab, matrixOf([[1, 1]]));
  const logs = log(concat([ab, s], 1));
  return { ab, s, logs, powers: exp(gemm(logs, powerMatrix())) };
}

/** From rows of logarithms, powers, and any number of further features that the entropy doesn't depend on. */
function entropyOf(features: Tensor): Tensor {
  const column = [0.5, 0.5, -1.5, ...seriesColumn(SERIES_OF_ENTROPY)];
  const padding = Array.from<number>({ length: features.shape[1] - column.length }).fill(0);
  return gemm(features, matrixOf([[...column, ...padding]]), constant(HALF_LOG_TWO_PI + 0.5, [1, 1]));
}

function requireConcentrations(alpha: Tensor, beta: Tensor, others: readonly Tensor[]): void {
  for (const tensor of [beta, ...others]) {
    requireDType("beta distribution", tensor, ["float32"]);
    if (!sameShape(tensor.shape, alpha.shape)) {
      throw shapeError("beta distribution", [alpha, tensor], "Give both concentrations and the value one shape.");
    }
  }
}

/** A gradient as rows: one number for all, or `[N, 1]`. */
function rowsOf(gradient: Tensor, like: Tensor): Tensor {
  if (gradient.size === 1) return reshape(gradient, []);
  return reshape(gradient.size === like.size ? gradient : add(gradient, constant(0, like.shape)), [like.size, 1]);
}

/** Gradients of alpha and beta from `[N, 2]`. */
function separate(gradient: Tensor, alpha: Tensor): readonly Tensor[] {
  return split(gradient, [1, 1], 1).map((part) => reshape(part, alpha.shape));
}

/**
 * Log-density at x and entropy of Beta(alpha, beta), in nats. All three of one shape, alpha and beta at least 1 (softplus + 1
 * gives that), x inside (0, 1). Absolute error about 1e-6 for concentrations up to 10, growing with them to 2e-4 at 1000.
 */
export function betaLogProbEntropy(alpha: Tensor, beta: Tensor, x: Tensor): LogProbEntropy {
  requireConcentrations(alpha, beta, [x]);
  const { shape } = alpha;
  const shared = sharedOf(alpha, beta);
  const { ab, s, logs, powers } = shared;
  const both = gemm(reshape(x, [x.size, 1]), matrixOf([[1], [-1]]), constant(Float32Array.of(0, 1), [1, 2]));
  const relative = log(div(both, div(ab, s)));
  const weighted = gemm(mul(ab, relative), matrixOf([[1, 1]]), constant(-HALF_LOG_TWO_PI, [1, 1]));
  const column = [-0.5, -0.5, 1.5, ...seriesColumn(SERIES_OF_DENSITY), -1, -1];
  const features = concat([logs, powers, relative], 1);
  const logDensity = gemm(features, matrixOf([column]), weighted);
  const [logProb, entropy] = customGradient({
    inputs: [alpha, beta, x],
    outputs: [reshape(logDensity, shape), reshape(entropyOf(features), shape)],
    backward: ([gLogProb, gEntropy]) => {
      const fromEntropy = gEntropy === undefined ? undefined : entropyFlow(shared, rowsOf(gEntropy, alpha));
      if (gLogProb === undefined)
        return fromEntropy === undefined
          ? [undefined, undefined, undefined]
          : [...separate(fromEntropy, alpha), undefined];
      const slopes = gemm(powers, matrixOf(SERIES_OF_SLOPES.map(seriesColumn)), relative);
      const fromDensity = mul(rowsOf(gLogProb, alpha), slopes);
      const toX = sub(div(sub(alpha, 1), x), div(sub(beta, 1), sub(1, x)));
      const total = fromEntropy === undefined ? fromDensity : add(fromDensity, fromEntropy);
      return [...separate(total, alpha), mul(gLogProb, toX)];
    },
  });
  return { logProb, entropy };
}

function entropyFlow({ powers }: Shared, gradient: Tensor): Tensor {
  return mul(gradient, gemm(powers, matrixOf(SERIES_OF_ENTROPY_SLOPES.map(seriesColumn))));
}

/** The log-density of Beta(alpha, beta) at x; see betaLogProbEntropy. */
export function betaLogProb(alpha: Tensor, beta: Tensor, x: Tensor): Tensor {
  return betaLogProbEntropy(alpha, beta, x).logProb;
}

/** The entropy of Beta(alpha, beta), in nats; concentrations at least 1. */
export function betaEntropy(alpha: Tensor, beta: Tensor): Tensor {
  requireConcentrations(alpha, beta, []);
  const shared = sharedOf(alpha, beta);
  const [entropy] = customGradient({
    inputs: [alpha, beta],
    outputs: [reshape(entropyOf(concat([shared.logs, shared.powers], 1)), alpha.shape)],
    backward: ([g]) =>
      g === undefined ? [undefined, undefined] : separate(entropyFlow(shared, rowsOf(g, alpha)), alpha),
  });
  return entropy;
}
