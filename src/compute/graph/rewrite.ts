/** @file Rebuilding an expression from its leaves up, each operation passed through a rule once. */
import { InvariantError } from "../../core/index.ts";
import { makeOperation, type Operation, type Tensor } from "../tensor/tensor.ts";
import { sourcesOf, topologicalOrder } from "../tensor/walk.ts";

/**
 * New tensors for an operation's outputs, given its new inputs (for a custom operation, those of its body); or undefined to
 * keep it as it is with the new inputs.
 */
export type RewriteRule = (operation: Operation, sources: readonly Tensor[]) => readonly Tensor[] | undefined;

/** The same outputs over the rewritten graph. */
export function rewrite(outputs: readonly Tensor[], rule: RewriteRule): readonly Tensor[] {
  const renewed = new Map<Tensor, Tensor>();
  const now = (tensor: Tensor): Tensor => {
    const result = renewed.get(tensor);
    if (result === undefined) throw new InvariantError(`${tensor.label} was rewritten before its use`);
    return result;
  };
  for (const operation of topologicalOrder(outputs)) {
    const sources = sourcesOf(operation).map(now);
    const results = rule(operation, sources) ?? sameOperation(operation, sources);
    for (const [i, tensor] of operation.outputs.entries()) renewed.set(tensor, results[i]);
  }
  return outputs.map(now);
}

function sameOperation(operation: Operation, inputs: readonly Tensor[]): readonly Tensor[] {
  if (inputs.every((tensor, i) => tensor === operation.inputs[i])) return operation.outputs;
  return makeOperation(operation.name, inputs, operation.outputs, operation.attributes);
}

/** How many operations (and results of the graph) use each tensor. */
export function consumerCounts(outputs: readonly Tensor[]): ReadonlyMap<Tensor, number> {
  const counts = new Map<Tensor, number>();
  const count = (tensor: Tensor): void => void counts.set(tensor, (counts.get(tensor) ?? 0) + 1);
  for (const operation of topologicalOrder(outputs)) for (const source of sourcesOf(operation)) count(source);
  for (const tensor of outputs) count(tensor);
  return counts;
}
