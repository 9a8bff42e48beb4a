/** @file The operations behind a set of tensors, in an order where every input comes before its use. */
import type { Operation, Tensor } from "./tensor.ts";

/** What an operation is computed from: its inputs, and for a custom one the expressions of its body. */
export function sourcesOf(operation: Operation): readonly Tensor[] {
  return operation.custom === undefined ? operation.inputs : operation.custom.body;
}

/**
 * Depth first from the given tensors, without recursion: expressions may be thousands deep. `sources` says which tensors an
 * operation is reached from.
 */
export function topologicalOrder(
  roots: readonly Tensor[],
  sources: (operation: Operation) => readonly Tensor[] = sourcesOf,
): readonly Operation[] {
  const order: Operation[] = [];
  const state = new Map<Operation, "open" | "done">();
  const stack: Operation[] = roots.map((tensor) => tensor.operation).reverse();
  while (stack.length > 0) {
    const operation = stack[stack.length - 1];
    if (state.get(operation) === undefined) {
      state.set(operation, "open");
      const list = sources(operation);
      for (let i = list.length - 1; i >= 0; i--) {
        if (state.get(list[i].operation) === undefined) stack.push(list[i].operation);
      }
      continue;
    }
    stack.pop();
    if (state.get(operation) === "done") continue;
    state.set(operation, "done");
    order.push(operation);
  }
  return order;
}
