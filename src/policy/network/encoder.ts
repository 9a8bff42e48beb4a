/** @file What a market encoder is: from a symbol's features to its encoding, one bar at a time or a stretch at once. */
import type { Parameters, Tensor } from "../../compute/index.ts";
import type { NetworkShape, NetworkSpec } from "./spec.ts";

export type Encoded = {
  /** `[rows, H]` for the action heads. */
  readonly actor: Tensor;
  /** `[rows, H]` for the value. */
  readonly critic: Tensor;
};

/**
 * Weights are shared by all symbols and nothing of the account goes in, so that one encoding serves every account that
 * lives on the same stretch of market. Bar by bar and a stretch at once give the same numbers, up to rounding.
 */
export type MarketEncoder = {
  /** Rows of features that one step reads: the last is the bar itself. */
  readonly window: number;
  /** Numbers of memory for one symbol of one stretch; 0 where nothing is remembered. All zero is "nothing seen yet". */
  readonly stateSize: number;
  /**
   * One bar.
   * @param x `[R, window*F]`, rows in the order stretch, symbol
   * @param state `[R, stateSize]`, or undefined without memory
   */
  step(x: Tensor, state: Tensor | undefined): Encoded & { readonly state: Tensor | undefined };
  /**
   * A stretch of T bars from a stored state.
   * @param x `[T, R, window*F]`
   * @param resets `[T, R]` 1 where the memory is emptied before a bar; not every encoder can do that
   * @returns encodings `[T*R, H]`, row `t*R+r`
   */
  segment(x: Tensor, state: Tensor | undefined, resets?: Tensor): Encoded & { readonly state: Tensor | undefined };
};

/** Adds an encoder's parameters in a fixed order and returns how to run it. */
export type BuildEncoder = (parameters: Parameters, spec: NetworkSpec, shape: NetworkShape) => MarketEncoder;
