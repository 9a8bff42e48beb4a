/** @file From expressions to an ONNX model: rewritten, lowered node by node, inputs and outputs named by the caller. */
import { InvariantError, TidemarkError } from "../../core/index.ts";
import type { OnnxModel, OnnxNode, OnnxValue } from "../onnx/model.ts";
import { textOf } from "../tensor/attributes.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Operation, Tensor } from "../tensor/tensor.ts";
import { topologicalOrder } from "../tensor/walk.ts";
import { type BindParameter, canonicalize } from "./canonical.ts";
import { fuse } from "./fuse.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { lowerings } from "./lower.ts";
import { consumerCounts } from "./rewrite.ts";

export type ModelOptions = {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly bind: BindParameter;
  /** Whether ONNX Runtime's own operators may be used. */
  readonly contrib: boolean;
  /** Whether several threads may work on one operation; true where it isn't known. */
  readonly parallel: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly producer?: string;
};

export function buildModel(options: ModelOptions): OnnxModel {
  const names = Object.keys(options.outputs);
  const tensors = fuse(canonicalize(Object.values(options.outputs), options.bind));
  const counts = consumerCounts(tensors);
  const graph = new GraphBuilder();
  const context = {
    graph,
    contrib: options.contrib,
    parallel: options.parallel,
    isUsed: (tensor: Tensor) => (counts.get(tensor) ?? 0) > 0,
  };
  const inputs = new Map<string, OnnxValue>();
  const nameOf = new Map<Tensor, string>();
  const known = (tensor: Tensor): string => {
    const name = nameOf.get(tensor);
    if (name === undefined) throw new InvariantError(`${tensor.label} was lowered before its use`);
    return name;
  };
  for (const operation of topologicalOrder(tensors)) {
    const results =
      operation.name === "Input"
        ? [declareInput(inputs, operation)]
        : lowerings[operation.name](operation, operation.inputs.map(known), context);
    for (const [i, tensor] of operation.outputs.entries()) nameOf.set(tensor, results[i]);
  }
  checkNames(inputs, names);
  const nodes = nameOutputs(graph, names, tensors.map(known));
  return {
    nodes,
    inputs: [...inputs.values()],
    outputs: names.map((name, i) => ({ name, shape: tensors[i].shape, dtype: tensors[i].dtype })),
    initializers: graph.initializers,
    metadata: options.metadata ?? {},
    producer: options.producer ?? "tidemark",
  };
}

/** ONNX has one namespace for all values of a graph. */
function checkNames(inputs: ReadonlyMap<string, OnnxValue>, outputs: readonly string[]): void {
  const twice = outputs.find((name) => inputs.has(name));
  if (twice !== undefined) throw new InvariantError(`inputs and outputs have different names, "${twice}" is both`);
}

function declareInput(inputs: Map<string, OnnxValue>, operation: Operation): string {
  const name = textOf(operation, "name");
  const { shape, dtype } = operation.outputs[0];
  const known = inputs.get(name);
  if (known === undefined) inputs.set(name, { name, shape, dtype });
  else if (!sameShape(known.shape, shape) || known.dtype !== dtype) {
    throw new TidemarkError("COMPUTE_SHAPE", {
      what: `Input "${name}" is ${known.dtype} [${known.shape.join(", ")}] in one place and ${dtype} [${shape.join(", ")}] in another`,
      fix: "Give the two inputs different names.",
    });
  }
  return name;
}

/** The nodes with results renamed to the outputs' names; a value that can't be renamed is passed through an Identity. */
function nameOutputs(graph: GraphBuilder, names: readonly string[], values: readonly string[]): readonly OnnxNode[] {
  const produced = new Set(graph.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  for (const [i, name] of names.entries()) {
    if (produced.has(values[i]) && !renamed.has(values[i])) renamed.set(values[i], name);
    else graph.named("Identity", [values[i]], name);
  }
  const now = (name: string): string => renamed.get(name) ?? name;
  return graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(now), outputs: node.outputs.map(now) }));
}
