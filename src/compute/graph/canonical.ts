/**
 * @file The first pass over a graph: custom operations give way to their bodies, parameters to what the caller binds them to,
 * operations on constants to their results, and equal operations to one.
 */

import { valuesOf } from "../evaluate/array.ts";
import { evaluateOperation } from "../evaluate/evaluate.ts";
import { reshape } from "../ops/layout.ts";
import {
  constant,
  constantValues,
  makeOperation,
  type Operation,
  type Tensor,
  type TypedArray,
} from "../tensor/tensor.ts";
import { rewrite } from "./rewrite.ts";

/** What a parameter becomes in this graph. */
export type BindParameter = (parameter: Tensor) => Tensor;

/** Larger results are left to the runtime: folding them would only make the file bigger. */
const MAX_FOLDED_ELEMENTS = 1 << 16;

function attributeKey(value: unknown): string {
  if (ArrayBuffer.isView(value)) {
    const view = value as TypedArray;
    return `${view.constructor.name}:${Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("base64")}`;
  }
  return JSON.stringify(value);
}

/** Equal keys mean equal results. */
function keyOf(operation: Operation, inputs: readonly Tensor[]): string {
  const attributes = Object.entries(operation.attributes).map(([key, value]) => `${key}=${attributeKey(value)}`);
  const types = operation.outputs.map((tensor) => `${tensor.dtype}${tensor.shape.join("x")}`);
  return [operation.name, types.join(), attributes.join(), inputs.map((tensor) => tensor.id).join()].join("|");
}

function foldConstants(operation: Operation, inputs: readonly Tensor[]): readonly Tensor[] | undefined {
  const values = inputs.map(constantValues);
  if (inputs.length === 0 || operation.outputs.some((y) => y.dtype !== "float32" || y.size > MAX_FOLDED_ELEMENTS)) {
    return undefined;
  }
  const arrays = inputs.map((tensor, i) => {
    const data = values[i];
    return data === undefined ? undefined : valuesOf(tensor.shape, data);
  });
  const known = arrays.filter((array) => array !== undefined);
  if (known.length < arrays.length) return undefined;
  return evaluateOperation(operation, known).map((result) => constant(Float32Array.from(result.data), result.shape));
}

export function canonicalize(outputs: readonly Tensor[], bind: BindParameter): readonly Tensor[] {
  const seen = new Map<string, readonly Tensor[]>();
  const settled = new Set<Operation>();
  const unique = (operation: Operation, inputs: readonly Tensor[]): readonly Tensor[] => {
    const key = keyOf(operation, inputs);
    const known = seen.get(key);
    if (known !== undefined) return known;
    const folded = foldConstants(operation, inputs)?.map((tensor) => unique(tensor.operation, [])[0]);
    const same = inputs.every((tensor, i) => tensor === operation.inputs[i]);
    const results =
      folded ??
      (same ? operation.outputs : makeOperation(operation.name, inputs, operation.outputs, operation.attributes));
    seen.set(key, results);
    for (const tensor of results) settled.add(tensor.operation);
    return results;
  };
  /** A tensor built just now over settled ones, merged with equal ones. */
  const merge = (tensor: Tensor): Tensor => {
    const { operation } = tensor;
    if (settled.has(operation)) return tensor;
    return unique(operation, operation.inputs.map(merge))[tensor.output];
  };
  const bound = new Map<Tensor, Tensor>();
  return rewrite(outputs, (operation, sources) => {
    if (operation.name === "Custom" || operation.name === "StopGradient") return sources;
    if (operation.name === "Parameter") {
      const [parameter] = operation.outputs;
      const known = bound.get(parameter) ?? merge(bind(parameter));
      bound.set(parameter, known);
      return [known];
    }
    if (operation.name === "Reshape") return [merge(reshape(sources[0], operation.outputs[0].shape))];
    return unique(operation, sources);
  });
}
