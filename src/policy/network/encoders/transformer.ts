/**
 * @file A causal transformer with a sliding window (pre-norm: Xiong et al., 2020). Positions are distances only, and the
 * memory is what every layer computed as keys and values of the last bars: a step computes one bar, not the window again.
 *
 * A deeper layer's stored keys were made from bars that are no longer in the window themselves. Acting and training both
 * see them that way, so that both give the same numbers: with N layers and a window of W bars, a bar is seen for N (W - 1)
 * bars, as in a recurrent network that forgets.
 *
 * The memory of a symbol: for each layer its keys `[W-1, D/heads]`, then its values `[W-1, D/heads]`, the oldest bar first;
 * at the end the number of bars that were seen, at most W-1.
 */
import {
  add,
  concat,
  minimum,
  orthogonal,
  type Parameters,
  relu,
  reshape,
  split,
  type Tensor,
  transpose,
} from "../../../compute/index.ts";
import { columnBlocks, fallingWithAge } from "../initializers.ts";
import type { NetworkSpec } from "../spec.ts";
import { missingBias, restarts, sharedKeyAttention, windowBias } from "./attention.ts";
import { dense } from "./dense.ts";
import { norm } from "./norm.ts";
import type { Tower } from "./tower.ts";

/** Width of the layer between, in widths of the model. */
const EXPANSION = 2;
/** Longer stretches are run in parts, because scores grow with the square of their length. */
const PART_BARS = 128;

type Layer = {
  readonly normalize: (x: Tensor) => Tensor;
  readonly project: (x: Tensor) => Tensor;
  /** `[heads, W]`, the oldest bar of the window first. */
  readonly bias: Tensor;
  readonly output: (x: Tensor) => Tensor;
  readonly feedForward: (x: Tensor) => Tensor;
};

function addLayer(parameters: Parameters, prefix: string, spec: NetworkSpec): Layer {
  const { hiddenSize: D, heads, attentionWindow: W, layers } = spec;
  const d = D / heads;
  // Every layer adds two branches to the stream: with this gain their sum starts as large as what came in.
  const residual = orthogonal(1 / Math.sqrt(2 * layers));
  const normalize = norm(parameters, `${prefix}.attention.norm`, D);
  const project = dense(parameters, `${prefix}.attention.qkv`, D, D + 2 * d, columnBlocks(heads + 2, orthogonal(1)));
  const bias = parameters.add(`${prefix}.attention.window`, [heads, W], fallingWithAge);
  const output = dense(parameters, `${prefix}.attention.output`, D, D, residual);
  const normalizeForward = norm(parameters, `${prefix}.forward.norm`, D);
  const wide = dense(parameters, `${prefix}.forward.wide`, D, EXPANSION * D, orthogonal(Math.SQRT2));
  const narrow = dense(parameters, `${prefix}.forward.narrow`, EXPANSION * D, D, residual);
  return { normalize, project, bias, output, feedForward: (x) => narrow(relu(wide(normalizeForward(x)))) };
}

/** A tower over F features. */
export function transformerTower(parameters: Parameters, prefix: string, spec: NetworkSpec, F: number): Tower {
  const { hiddenSize: D, heads, attentionWindow: W } = spec;
  const embed = dense(parameters, `${prefix}.input`, F, D, orthogonal(Math.SQRT2));
  const layers = Array.from({ length: spec.layers }, (_, i) => addLayer(parameters, `${prefix}.layer${i + 1}`, spec));
  const normalize = norm(parameters, `${prefix}.norm`, D);
  const C = W - 1;
  const d = D / heads;
  const pieces = Array.from<number>({ length: 2 * spec.layers }).fill(1);
  const cacheSize = pieces.length * C * d;

  /** x `[R, T, F]` to encodings `[R, T, D]`; resets `[R, T]`. What they hide stays in the memory, and is never seen. */
  const run = (x: Tensor, state: Tensor, resets?: Tensor): { readonly encoding: Tensor; readonly state: Tensor } => {
    const [R, T] = x.shape;
    const [flat, seen] = split(state, [cacheSize, 1], 1);
    const cache = reshape(flat, [R, pieces.length, C, d]);
    const past = split(cache, pieces, 1).map((piece) => reshape(piece, [R, C, d]));
    const missing = missingBias(seen, C, T);
    const anew = resets === undefined ? undefined : restarts(resets, seen, C, heads);
    const fresh: Tensor[] = [];
    let stream = embed(x);
    for (const [i, layer] of layers.entries()) {
      const [q, k, v] = split(layer.project(layer.normalize(stream)), [D, d, d], 2);
      fresh.push(reshape(k, [R, 1, T, d]), reshape(v, [R, 1, T, d]));
      const [keys, values] = [concat([past[2 * i], k], 1), concat([past[2 * i + 1], v], 1)];
      const biases = [windowBias(layer.bias, T), missing, ...(anew === undefined ? [] : [anew.bias])];
      const mixed = sharedKeyAttention(reshape(q, [R, T * heads, d]), keys, values, biases);
      stream = add(stream, layer.output(reshape(mixed, [R, T, D])));
      stream = add(stream, layer.feedForward(stream));
    }
    const after = reshape(newest(cache, concat(fresh, 1), C), [R, cacheSize]);
    return { encoding: normalize(stream), state: concat([after, minimum(anew?.seen ?? add(seen, T), C)], 1) };
  };

  return {
    stateSize: cacheSize + 1,
    step: (x, state) => {
      const [R] = x.shape;
      const result = run(reshape(x, [R, 1, F]), state);
      return { encoding: reshape(result.encoding, [R, D]), state: result.state };
    },
    segment: (x, state, resets) => {
      const [T, R] = x.shape;
      const sizes = equalParts(T, Math.max(PART_BARS, 2 * W));
      const marks = resets === undefined ? undefined : split(transpose(resets, [1, 0]), sizes, 1);
      const encodings: Tensor[] = [];
      let now = state;
      for (const [i, part] of split(transpose(x, [1, 0, 2]), sizes, 1).entries()) {
        const result = run(part, now, marks?.[i]);
        encodings.push(result.encoding);
        now = result.state;
      }
      return { encoding: reshape(transpose(concat(encodings, 1), [1, 0, 2]), [T * R, D]), state: now };
    },
  };
}

/** The last C bars of a cache `[R, N, C, D]` with the bars `[R, N, T, D]` after it. */
function newest(cache: Tensor, fresh: Tensor, C: number): Tensor {
  const T = fresh.shape[2];
  if (T === C) return fresh;
  if (T > C) return split(fresh, [T - C, C], 2)[1];
  return concat([split(cache, [T, C - T], 2)[1], fresh], 2);
}

/** As few sizes as possible, each at most `limit`, that differ by at most one and add up to `total`. */
function equalParts(total: number, limit: number): number[] {
  const count = Math.ceil(total / limit);
  return Array.from(
    { length: count },
    (_, i) => Math.floor(((i + 1) * total) / count) - Math.floor((i * total) / count),
  );
}
