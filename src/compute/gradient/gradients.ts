/** @file Reverse-mode differentiation: from a scalar back to every tensor it depends on, each operation visited once. */
import { InvariantError } from "../../core/index.ts";
import { shapeError } from "../tensor/shape.ts";
import { constant, type Operation, type Tensor } from "../tensor/tensor.ts";
import { topologicalOrder } from "../tensor/walk.ts";
import { materialize } from "./broadcast.ts";
import { accumulate, type MaybeTensor, rules } from "./rules.ts";

/** The operations through which the wanted tensors reach the loss. */
function pathOperations(order: readonly Operation[], wanted: ReadonlySet<Tensor>): ReadonlySet<Operation> {
  const path = new Set<Operation>();
  for (const operation of order) {
    if (operation.name === "StopGradient") continue;
    const reached = operation.inputs.some((x) => path.has(x.operation) || wanted.has(x));
    if (reached || operation.outputs.some((y) => wanted.has(y))) path.add(operation);
  }
  return path;
}

/**
 * The derivatives of a scalar with respect to each of the given tensors, as expressions of their shapes. A tensor that the
 * loss doesn't depend on has a gradient of zeros.
 */
export function gradients(loss: Tensor, wanted: readonly Tensor[]): readonly Tensor[] {
  if (loss.size !== 1 || loss.dtype !== "float32") {
    throw shapeError("gradients", [loss], "The loss must be a single float32 number: take a mean or a sum first.");
  }
  const order = topologicalOrder([loss], (operation) => operation.inputs);
  const path = pathOperations(order, new Set(wanted));
  const flowing = new Map<Tensor, Tensor>([[loss, constant(1, loss.shape)]]);
  for (const operation of [...order].reverse()) {
    if (!path.has(operation) || operation.inputs.length === 0) continue;
    const outgoing = operation.outputs.map((tensor) => flowing.get(tensor));
    if (outgoing.every((g) => g === undefined)) continue;
    const incoming = rules[operation.name](operation, outgoing);
    for (const [i, source] of operation.inputs.entries()) receive(flowing, source, incoming[i], path);
  }
  return wanted.map((tensor) => {
    const g = flowing.get(tensor);
    return g === undefined ? constant(0, tensor.shape) : materialize(g, tensor.shape);
  });
}

function receive(
  flowing: Map<Tensor, Tensor>,
  source: Tensor,
  gradient: MaybeTensor,
  path: ReadonlySet<Operation>,
): void {
  if (gradient === undefined || !path.has(source.operation)) return;
  if (gradient.rank > source.rank) {
    throw new InvariantError(`the gradient of ${source.operation.name} has at most ${source.rank} axes`);
  }
  flowing.set(source, accumulate(flowing.get(source), gradient));
}
