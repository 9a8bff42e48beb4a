/**
 * @file Scaled dot-product attention with several heads (Vaswani et al., 2017), causal within a sliding window, with a
 * learned bias for each head and distance (Shaw et al., 2018, in the simpler form of a scalar a distance). Positions enter
 * only as distances, so a cache of past keys and values gives the numbers of the whole sequence.
 *
 * With P = softmax(S), O = P V and a gradient G of O: dV = P'G, dS = P (G V' - rowsum(G O)), dQ = dS K, dK = dS'Q. The row
 * sums come from G and O, which are smaller than P.
 */
import { shapeError, shapeText } from "../tensor/shape.ts";
import { constant, requireShape, type Tensor } from "../tensor/tensor.ts";
import { customGradient } from "./custom.ts";
import { add, mul, sub } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { expand, reshape, transpose } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { softmax } from "./normalize.ts";
import { sum } from "./reduce.ts";

export type AttentionOptions = {
  /** Divides the width. */
  readonly heads: number;
  /** A query sees keys at its own position and before. Default true. */
  readonly causal?: boolean;
  /** With `causal`: how many keys a query sees at most, its own among them. Default all. */
  readonly window?: number;
  /** With `causal`: `[heads, window]`, added to the scores of keys 0, 1, 2, ... positions back. */
  readonly bias?: Tensor;
  /** `[B, Tk]`, 1 for keys that exist and 0 for padding; every query must see at least one key. */
  readonly keys?: Tensor;
};

/** Added to the score of a key that must not be seen: its weight is exactly 0, and nothing becomes NaN. */
const HIDDEN = -1e9;

type Sizes = { readonly batch: number; readonly queries: number; readonly keys: number; readonly width: number };

function sizesOf(q: Tensor, k: Tensor, v: Tensor, heads: number): Sizes {
  const fits = q.rank === 3 && k.rank === 3 && q.shape[0] === k.shape[0] && q.shape[2] === k.shape[2];
  if (!fits) throw shapeError("attention", [q, k], "Queries are [B, Tq, H] and keys [B, Tk, H].");
  requireShape("attention", v, k.shape);
  const [batch, queries, width] = q.shape;
  if (!Number.isInteger(width / heads))
    throw shapeError(`attention with ${heads} heads`, [q], "Heads divide the width.");
  return { batch, queries, keys: k.shape[1], width };
}

/** How far back each key is from each query, the last query being level with the last key; row-major `[Tq, Tk]`. */
function distances({ queries, keys }: Sizes): Int32Array {
  const offset = keys - queries;
  return Int32Array.from({ length: queries * keys }, (_, at) => offset + Math.floor(at / keys) - (at % keys));
}

/** What is added to the scores besides the learned part: shape broadcastable to `[B, heads, Tq, Tk]`, or undefined. */
function visibility(sizes: Sizes, window: number, options: AttentionOptions): Tensor | undefined {
  const { keys, causal = true } = options;
  const padding = keys === undefined ? undefined : mul(sub(1, reshape(keys, [sizes.batch, 1, 1, sizes.keys])), HIDDEN);
  if (!causal) return padding;
  const hidden = Float32Array.from(distances(sizes), (back) => (back >= 0 && back < window ? 0 : HIDDEN));
  if (hidden.every((value) => value === 0)) return padding;
  const mask = constant(hidden, [sizes.queries, sizes.keys]);
  return padding === undefined ? mask : add(padding, mask);
}

/** q `[B, Tq, H]`, k and v `[B, Tk, H]`, result `[B, Tq, H]`. Costs `Tq * Tk` whatever the window. */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
  const { heads, bias, causal = true, keys } = options;
  const sizes = sizesOf(q, k, v, heads);
  const window = Math.min(options.window ?? sizes.keys, sizes.keys);
  if (keys !== undefined) requireShape("attention keys", keys, [sizes.batch, sizes.keys]);
  if (bias !== undefined && !(causal && bias.rank === 2 && bias.shape[0] === heads && bias.shape[1] >= window)) {
    throw shapeError("attention", [q, bias], `Attention must be causal and the bias ${shapeText([heads, window])}.`);
  }
  const depth = sizes.width / heads;
  const scale = 1 / Math.sqrt(depth);
  const apart = (x: Tensor): Tensor => transpose(reshape(x, [x.shape[0], x.shape[1], heads, depth]), [0, 2, 1, 3]);
  const together = (x: Tensor): Tensor => reshape(transpose(x, [0, 2, 1, 3]), [x.shape[0], x.shape[2], sizes.width]);

  const [qs, ks, vs] = [apart(q), apart(k), apart(v)];
  const hidden = visibility(sizes, window, options);
  const learned = bias === undefined ? undefined : learnedScores(bias, sizes, window);
  let scores = matmul(qs, ks, { transB: true, alpha: scale });
  const fixed = learned === undefined ? hidden : hidden === undefined ? learned : add(hidden, learned);
  if (fixed !== undefined) scores = add(scores, fixed);
  const weights = softmax(scores);
  const mixed = matmul(weights, vs);

  const core = customGradient({
    inputs: learned === undefined ? [qs, ks, vs] : [qs, ks, vs, learned],
    outputs: [mixed],
    backward: ([given]) => {
      if (given === undefined)
        return [qs, ks, vs, learned].slice(0, learned === undefined ? 3 : 4).map(() => undefined);
      const g = expand(given, mixed.shape);
      const rows = sum(mul(g, mixed), -1, true);
      const dScores = mul(weights, sub(matmul(g, vs, { transB: true }), rows));
      const gradients = [
        matmul(dScores, ks, { alpha: scale }),
        matmul(dScores, qs, { transA: true, alpha: scale }),
        matmul(weights, g, { transA: true }),
      ];
      return learned === undefined ? gradients : [...gradients, sum(dScores, 0)];
    },
  });
  return together(core[0]);
}

/** The bias of every pair of query and key, `[heads, Tq, Tk]`; pairs that don't see each other get any. */
function learnedScores(bias: Tensor, sizes: Sizes, window: number): Tensor {
  const index = distances(sizes).map((back) => Math.min(Math.max(back, 0), window - 1));
  return gather(bias, constant(index, [sizes.queries, sizes.keys]), 1);
}
