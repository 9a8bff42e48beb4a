/** @file Evaluates expressions in float64 without ONNX Runtime. Slow and plain on purpose: the reference of the tests. */
import { InvariantError } from "../../core/index.ts";
import { constantValues, type Operation, type Tensor } from "../tensor/tensor.ts";
import { topologicalOrder } from "../tensor/walk.ts";
import { type Values, valuesOf } from "./array.ts";
import { kernels } from "./kernels.ts";

/** Values of inputs and parameters by tensor. */
export type Environment = ReadonlyMap<Tensor, Float64Array>;

export function evaluateOperation(operation: Operation, inputs: readonly Values[]): readonly Values[] {
  return kernels[operation.name](operation, inputs);
}

/** The values of `outputs` where every input and parameter they use has a value in `environment`. */
export function evaluate(outputs: readonly Tensor[], environment: Environment): readonly Values[] {
  const known = new Map<Tensor, Values>();
  const valueOf = (tensor: Tensor): Values => {
    const value = known.get(tensor);
    if (value === undefined) throw new InvariantError(`${tensor.label} has a value`);
    return value;
  };
  for (const operation of topologicalOrder(outputs)) {
    const results = resultsOf(operation, environment, valueOf);
    for (const [i, tensor] of operation.outputs.entries()) known.set(tensor, results[i]);
  }
  return outputs.map(valueOf);
}

function resultsOf(
  operation: Operation,
  environment: Environment,
  valueOf: (tensor: Tensor) => Values,
): readonly Values[] {
  const [first] = operation.outputs;
  const given = environment.get(first) ?? constantValues(first);
  if (given !== undefined) return [valuesOf(first.shape, given)];
  if (operation.custom !== undefined) return operation.custom.body.map(valueOf);
  return evaluateOperation(operation, operation.inputs.map(valueOf));
}
