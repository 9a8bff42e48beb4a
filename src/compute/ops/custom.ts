/**
 * @file Operations with a gradient of their own. Where a formula is known that needs fewer nodes, or rounds less, than
 * differentiating every step of the forward expression, it is attached here.
 */
import { InvariantError } from "../../core/index.ts";
import { sameShape } from "../tensor/shape.ts";
import { makeOperation, type Tensor } from "../tensor/tensor.ts";

export type CustomOperation = {
  /** The tensors that gradients flow back to. */
  readonly inputs: readonly Tensor[];
  /** The results, as expressions of the inputs. */
  readonly outputs: readonly Tensor[];
  /**
   * Given the loss's gradient for each output (undefined where the loss doesn't depend on it), the gradient for each input
   * (undefined for none). A gradient may have any shape that broadcasts to its tensor's.
   */
  readonly backward: (gradients: ReadonlyArray<Tensor | undefined>) => ReadonlyArray<Tensor | undefined>;
};

/** The outputs as new tensors whose gradients come from `backward`. */
export function customGradient(operation: CustomOperation): readonly Tensor[] {
  const { inputs, outputs, backward } = operation;
  const checked = (gradients: ReadonlyArray<Tensor | undefined>): ReadonlyArray<Tensor | undefined> => {
    const result = backward(gradients);
    if (result.length !== inputs.length) {
      throw new InvariantError(`a gradient for each of ${inputs.length} inputs, were ${result.length}`);
    }
    return result;
  };
  const results = makeOperation("Custom", inputs, outputs, {}, { body: outputs, backward: checked });
  if (!results.every((tensor, i) => sameShape(tensor.shape, outputs[i].shape))) {
    throw new InvariantError("a custom operation's results have its body's shapes");
  }
  return results;
}
