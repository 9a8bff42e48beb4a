/**
 * @file Attention among the symbols of one place: each looks at the encodings of all at the same bar and adds what it finds
 * to its own. No symbol has a position, so another order of the symbols gives the same encodings in that order.
 */
import { add, attention, orthogonal, type Parameters, reshape, split, type Tensor } from "../../../compute/index.ts";
import { columnBlocks } from "../initializers.ts";
import type { NetworkShape, NetworkSpec } from "../spec.ts";
import { dense } from "./dense.ts";
import { norm } from "./norm.ts";

/** Small, so that every symbol starts on its own and learns to look around. */
const OUTPUT_GAIN = 0.1;

/** From encodings `[places*S, H]`, symbols innermost, to encodings of the same shape. */
export type Mixer = (encoding: Tensor) => Tensor;

/** With a single symbol there is nobody to look at: no parameters, and encodings stay as they are. */
export function crossAsset(parameters: Parameters, prefix: string, spec: NetworkSpec, shape: NetworkShape): Mixer {
  const { hiddenSize: H, heads } = spec;
  const S = shape.symbols;
  if (S === 1) return (encoding) => encoding;
  const normalize = norm(parameters, `${prefix}.norm`, H);
  const project = dense(parameters, `${prefix}.qkv`, H, 3 * H, columnBlocks(3, orthogonal(1)));
  const output = dense(parameters, `${prefix}.output`, H, H, orthogonal(OUTPUT_GAIN));
  return (encoding) => {
    const rows = encoding.shape[0];
    const projected = reshape(project(normalize(encoding)), [rows / S, S, 3 * H]);
    const [q, k, v] = split(projected, [H, H, H], 2);
    const seen = attention(q, k, v, { heads, causal: false });
    return add(encoding, output(reshape(seen, [rows, H])));
  };
}
