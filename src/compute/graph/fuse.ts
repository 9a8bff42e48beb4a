/** @file The second pass: neighbors that one node can do together are joined. */

import { scaledParts } from "../ops/elementwise.ts";
import { gemm } from "../ops/matmul.ts";
import { flagOf, numberOf } from "../tensor/attributes.ts";
import { sameShape } from "../tensor/shape.ts";
import { makeOperation, makeTensor, type Operation, type Tensor, uniformValue } from "../tensor/tensor.ts";
import { consumerCounts, rewrite } from "./rewrite.ts";

function gemmOptions(operation: Operation) {
  return {
    alpha: numberOf(operation, "alpha"),
    beta: numberOf(operation, "beta"),
    transA: flagOf(operation, "transA"),
    transB: flagOf(operation, "transB"),
  };
}

/** A bias that was only reshaped from a row is taken as the row. */
function withoutRowReshape(c: Tensor): Tensor {
  if (c.operation.name !== "Reshape") return c;
  const [source] = c.operation.inputs;
  return c.rank === 1 && source.rank === 2 && source.shape[0] === 1 ? source : c;
}

/**
 * Joins: a constant factor into a Gemm's alpha, an addition into its C, a bias's reshape away, and sums of more than two
 * tensors of one shape into one node. Only where the inner result has no other use.
 */
export function fuse(outputs: readonly Tensor[]): readonly Tensor[] {
  const counts = consumerCounts(outputs);
  const used = new Map<Tensor, number>();
  const uses = (tensor: Tensor): number => used.get(tensor) ?? 0;

  const scaledGemm = (x: Tensor, factor: number): Tensor | undefined => {
    const { operation } = x;
    if (operation.name !== "Gemm" || operation.inputs.length !== 2 || uses(x) !== 1) return undefined;
    const options = gemmOptions(operation);
    return gemm(operation.inputs[0], operation.inputs[1], undefined, { ...options, alpha: options.alpha * factor });
  };

  const addToGemm = (x: Tensor, c: Tensor, shape: readonly number[]): Tensor | undefined => {
    const { operation } = x;
    const plain = operation.name === "Gemm" && operation.inputs.length === 2 && uses(x) === 1;
    if (!plain || !sameShape(x.shape, shape) || c.rank > 2) return undefined;
    return gemm(operation.inputs[0], operation.inputs[1], c, { ...gemmOptions(operation), beta: 1 });
  };

  const terms = (x: Tensor, shape: readonly number[]): readonly Tensor[] => {
    const joinable = (x.operation.name === "Add" || x.operation.name === "Sum") && uses(x) === 1;
    return joinable && sameShape(x.shape, shape) ? x.operation.inputs : [x];
  };

  const joinAdd = (operation: Operation, [a, b]: readonly Tensor[]): Tensor | undefined => {
    const { shape } = operation.outputs[0];
    const product = addToGemm(a, b, shape) ?? addToGemm(b, a, shape);
    if (product !== undefined) return product;
    const all = [...terms(a, shape), ...terms(b, shape)];
    if (all.length === 2 || !all.every((term) => sameShape(term.shape, shape))) return undefined;
    return makeTensor("Sum", all, shape);
  };

  const joinGemm = (operation: Operation, [a, b, c]: readonly Tensor[]): Tensor | undefined => {
    const options = gemmOptions(operation);
    const [fromA, fromB] = [uses(a) === 1 ? scaledParts(a) : undefined, uses(b) === 1 ? scaledParts(b) : undefined];
    const alpha = options.alpha * (fromA?.factor ?? 1) * (fromB?.factor ?? 1);
    return gemm(fromA?.rest ?? a, fromB?.rest ?? b, c === undefined ? c : withoutRowReshape(c), { ...options, alpha });
  };

  const join = (operation: Operation, sources: readonly Tensor[]): Tensor | undefined => {
    if (operation.name === "Add") return joinAdd(operation, sources);
    if (operation.name === "Gemm") return joinGemm(operation, sources);
    if (operation.name === "Neg") return scaledGemm(sources[0], -1);
    if (operation.name !== "Mul") return undefined;
    for (const [i, side] of sources.entries()) {
      const factor = uniformValue(side);
      const other = sources[1 - i];
      if (factor !== undefined && sameShape(other.shape, operation.outputs[0].shape)) return scaledGemm(other, factor);
    }
    return undefined;
  };

  return rewrite(outputs, (operation, sources) => {
    const joined = join(operation, sources);
    const same = sources.every((tensor, i) => tensor === operation.inputs[i]);
    const results =
      joined === undefined
        ? same
          ? operation.outputs
          : makeOperation(operation.name, sources, operation.outputs, operation.attributes)
        : [joined];
    for (const [i, tensor] of operation.outputs.entries()) used.set(results[i], counts.get(tensor) ?? 0);
    return results;
  });
}
