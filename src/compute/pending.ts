import type { Operand } from "./ops/elementwise.ts";
import type { AdamOptions, ExportOptions, ForwardOptions, Optimizer, TrainOptions } from "./session/options.ts";
import type { ForwardSession, LoadedModel, SessionOptions, TrainSession } from "./session/types.ts";
import type { Tensor } from "./tensor/tensor.ts";

export declare function compileForward(options: ForwardOptions): Promise<ForwardSession>;
export declare function compileTrainStep(options: TrainOptions): Promise<TrainSession>;
export declare function exportModel(options: ExportOptions): Uint8Array;
export declare function loadModel(source: string | Uint8Array, options?: SessionOptions): Promise<LoadedModel>;
export declare function adam(options?: AdamOptions): Optimizer;
/** d loss / d each of `wrt`, as expressions. */
export declare function gradients(loss: Tensor, wrt: readonly Tensor[]): readonly Tensor[];
/** logits [..., C]; action: int32/int64 indices [...] or one-hot float [..., C]. Results have the shape [...]. */
export declare function categorical(
  logits: Tensor,
  action: Tensor,
): { readonly logProb: Tensor; readonly entropy: Tensor; readonly logProbs: Tensor };
export declare function categoricalLogProb(logits: Tensor, action: Tensor): Tensor;
export declare function categoricalEntropy(logits: Tensor): Tensor;
/** alpha, beta >= 1 and x in (0, 1), all of one shape; results have that shape. */
export declare function betaLogProbEntropy(
  alpha: Tensor,
  beta: Tensor,
  x: Tensor,
): { readonly logProb: Tensor; readonly entropy: Tensor };
export declare function betaLogProb(alpha: Tensor, beta: Tensor, x: Tensor): Tensor;
export declare function betaEntropy(alpha: Tensor, beta: Tensor): Tensor;
/**
 * x [T, B, D], h0 [B, H], w [D, 3H], r [H, 3H], bias [6H] (3H for the input side, 3H for the recurrent side); gates in the
 * order z, r, n. `resets` [T, B]: 1 zeroes the state before step t.
 */
export declare function gru(
  x: Tensor,
  h0: Tensor,
  weights: { readonly w: Tensor; readonly r: Tensor; readonly bias: Tensor },
  resets?: Tensor,
): { readonly outputs: Tensor; readonly last: Tensor };
/** One step for acting: x [B, D], h [B, H] → new h [B, H]. */
export declare function gruStep(
  x: Tensor,
  h: Tensor,
  weights: { readonly w: Tensor; readonly r: Tensor; readonly bias: Tensor },
): Tensor;
export type { Operand };
