/** @file What the compile functions are asked for. */
import type { Parameters } from "../parameters.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { SessionOptions } from "./types.ts";

export type ForwardOptions = SessionOptions & {
  /** Absent where the outputs use no parameters. */
  readonly parameters?: Parameters;
  /** Tensors to compute, by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
};

export type ExportOptions = {
  readonly parameters?: Parameters;
  /** The flat vector whose values become the file's weights. */
  readonly values?: Float32Array;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Key-value pairs stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Written as the file's producer, such as "tidemark 0.1.0". */
  readonly producer?: string;
};

export type AdamOptions = { readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number };
export type Optimizer = {
  readonly kind: "adam";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
};

export type TrainOptions = SessionOptions & {
  readonly parameters: Parameters;
  /** A scalar. */
  readonly loss: Tensor;
  readonly optimizer: Optimizer;
  /** The gradient is scaled down to this global norm where it is longer. Absent: never. */
  readonly clipNorm?: number;
  /** Further figures to bring back with every step, by name; small tensors, usually scalars. */
  readonly metrics?: Readonly<Record<string, Tensor>>;
  /** A scalar 0 or 1, computed in the graph. Where it is 0, the step leaves everything as it was. */
  readonly gate?: Tensor;
  /** Starting values; without them the parameters start at zero until `setState`. */
  readonly initial?: Float32Array;
};

export type EpochOptions = TrainOptions & {
  /** Steps of one run at most. */
  readonly steps: number;
  /** Inputs that are the same for every step. All others but scalars get an axis of the steps in front. */
  readonly shared?: readonly string[];
};
