/**
 * @file Market encoders: from a symbol's features to its encoding, with weights shared by all symbols and without
 * anything of the account, so that one encoding serves every account that lives on the same stretch of market.
 */
import {
  concat,
  gru,
  gruStep,
  type Initializer,
  linear,
  orthogonal,
  type Parameters,
  reshape,
  split,
  type Tensor,
  tanh,
  uniform,
  zeros,
} from "../../compute/index.ts";
import { InvariantError } from "../../core/index.ts";
import type { EncoderName, NetworkSpec } from "./spec.ts";

export type Encoded = {
  /** `[rows, H]` for the action heads. */
  readonly actor: Tensor;
  /** `[rows, H]` for the value. */
  readonly critic: Tensor;
};

export type MarketEncoder = {
  /** Rows of features that one step reads: the last is the bar itself. */
  readonly window: number;
  /** Numbers of memory for one symbol of one stretch; 0 where nothing is remembered. */
  readonly stateSize: number;
  /**
   * One bar.
   * @param x `[R, window*F]`
   * @param state `[R, stateSize]`, or undefined without memory
   */
  step(x: Tensor, state: Tensor | undefined): Encoded & { readonly state: Tensor | undefined };
  /**
   * A stretch of T bars from a stored state.
   * @param x `[T, R, window*F]`
   * @returns encodings `[T*R, H]`, row `t*R+r`
   */
  segment(x: Tensor, state: Tensor | undefined): Encoded & { readonly state: Tensor | undefined };
};

type Build = (parameters: Parameters, spec: NetworkSpec, features: number) => MarketEncoder;

/** Fills `count` column blocks of a matrix one by one: towers that share a matrix still start orthogonal on their own. */
export function columnBlocks(count: number, initializer: Initializer): Initializer {
  return (values, shape, random) => {
    const [rows, columns] = shape;
    const width = columns / count;
    const block = new Float32Array(rows * width);
    for (let b = 0; b < count; b++) {
      initializer(block, [rows, width], random);
      for (let r = 0; r < rows; r++) values.set(block.subarray(r * width, (r + 1) * width), r * columns + b * width);
    }
  };
}

const mlp: Build = (parameters, spec, features) => {
  const towers = spec.separateCritic ? 2 : 1;
  const H = spec.hiddenSize;
  const start = columnBlocks(towers, orthogonal(Math.SQRT2));
  const weight = parameters.add("encoder.weight", [spec.window * features, H * towers], start);
  const bias = parameters.add("encoder.bias", [H * towers], zeros);
  const encode = (x: Tensor): Encoded => {
    const encoding = tanh(linear(x, weight, bias));
    if (towers === 1) return { actor: encoding, critic: encoding };
    const [actor, critic] = split(encoding, [H, H], 1);
    return { actor, critic };
  };
  return {
    window: spec.window,
    stateSize: 0,
    step: (x) => ({ ...encode(x), state: undefined }),
    segment: (x) => ({ ...encode(reshape(x, [x.shape[0] * x.shape[1], x.shape[2]])), state: undefined }),
  };
};

const gruEncoder: Build = (parameters, spec, features) => {
  const H = spec.hiddenSize;
  const towers = spec.separateCritic ? 2 : 1;
  const limit = 1 / Math.sqrt(H);
  const cells = Array.from({ length: towers }, (_, i) => {
    const name = towers === 1 ? "encoder.gru" : `encoder.gru.${i}`;
    return {
      w: parameters.add(`${name}.w`, [3 * H, features], uniform(limit)),
      r: parameters.add(`${name}.r`, [3 * H, H], orthogonal(1)),
      bias: parameters.add(`${name}.bias`, [6 * H], zeros),
    };
  });
  const states = (state: Tensor): readonly Tensor[] => (towers === 1 ? [state] : split(state, [H, H], 1));
  const joined = (parts: readonly Tensor[]): Tensor => (towers === 1 ? parts[0] : concat([...parts], 1));
  return {
    window: 1,
    stateSize: H * towers,
    step: (x, state) => {
      if (state === undefined) throw new InvariantError("a recurrent encoder steps from a state");
      const before = states(state);
      const after = cells.map((cell, i) => gruStep(x, before[i], cell.w, cell.r, cell.bias));
      return { actor: after[0], critic: after[towers - 1], state: joined(after) };
    },
    segment: (x, state) => {
      if (state === undefined) throw new InvariantError("a recurrent encoder runs from a state");
      const before = states(state);
      const rows = x.shape[0] * x.shape[1];
      const runs = cells.map((cell, i) => gru(x, before[i], cell.w, cell.r, cell.bias));
      return {
        actor: reshape(runs[0].outputs, [rows, H]),
        critic: reshape(runs[towers - 1].outputs, [rows, H]),
        state: joined(runs.map((run) => run.last)),
      };
    },
  };
};

const ENCODERS: Readonly<Record<EncoderName, Build>> = { mlp, gru: gruEncoder };

/** Adds the encoder's parameters and returns how to run it. */
export function marketEncoder(parameters: Parameters, spec: NetworkSpec, features: number): MarketEncoder {
  return ENCODERS[spec.encoder](parameters, spec, features);
}
