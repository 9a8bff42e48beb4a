/** @file Figures of a step packed into one output, because every output of a run costs time. */
import { InvariantError } from "../../core/index.ts";
import { concat, reshape } from "../ops/layout.ts";
import { makeTensor, type OpName, requireDType, type Tensor } from "../tensor/tensor.ts";
import type { Metrics } from "./types.ts";

export type MetricSlot = { readonly name: string; readonly offset: number; readonly size: number };

/** Elementwise operations whose result is a row of one where an operand is. */
const SCALAR_OPERATIONS: readonly OpName[] = ["Add", "Sub", "Mul", "Div", "Neg", "Exp", "Sqrt", "Min", "Max"];

/** Whether a tensor is worked out in the graph, unlike an input or a constant. */
function computed(tensor: Tensor): boolean {
  return tensor.operation.inputs.length > 0;
}

/**
 * A scalar as a row of one. Reshaping is a node for each figure; a mean that keeps its axis, and sums and products of such
 * means, are rows to begin with.
 */
function asRow(scalar: Tensor): Tensor {
  const { operation } = scalar;
  const { name, inputs, attributes } = operation;
  const [x] = inputs;
  if (scalar.rank === 0 && SCALAR_OPERATIONS.includes(name)) {
    if (inputs.some(computed) && inputs.every((input) => input.rank === 0)) {
      return makeTensor(
        name,
        inputs.map((input) => (computed(input) ? asRow(input) : input)),
        [1],
        "float32",
        attributes,
      );
    }
  }
  const reduction = name === "ReduceMean" || name === "ReduceSum" || name === "ReduceMax";
  if (scalar.rank === 0 && reduction && x.rank === 1) {
    return makeTensor(name, inputs, [1], "float32", { ...attributes, keepDims: 1 });
  }
  return reshape(scalar, [1]);
}

/** All tensors flattened one after the other, and where each one is. */
export function packMetrics(metrics: Readonly<Record<string, Tensor>>): {
  readonly tensor: Tensor;
  readonly layout: readonly MetricSlot[];
} {
  const layout: MetricSlot[] = [];
  const parts: Tensor[] = [];
  let offset = 0;
  for (const [name, tensor] of Object.entries(metrics)) {
    requireDType(`metric "${name}"`, tensor, ["float32"]);
    layout.push({ name, offset, size: tensor.size });
    parts.push(tensor.size === 1 ? asRow(tensor) : reshape(tensor, [tensor.size]));
    offset += tensor.size;
  }
  return { tensor: concat(parts, 0), layout };
}

/** The figures of one of many steps. */
export class RowMetrics implements Metrics {
  /** Of all steps but, maybe, the last: the gate ends a run of steps. */
  applied = true;
  readonly #layout: readonly MetricSlot[];
  readonly #row: Float32Array;

  constructor(layout: readonly MetricSlot[], row: Float32Array) {
    this.#layout = layout;
    this.#row = row;
  }

  get names(): readonly string[] {
    return this.#layout.map((slot) => slot.name);
  }

  values(name: string): Float32Array {
    const slot = this.#layout.find((one) => one.name === name);
    if (slot === undefined) throw new InvariantError(`metric "${name}" is one of ${this.names.join(", ")}`);
    return this.#row.subarray(slot.offset, slot.offset + slot.size);
  }

  get(name: string): number {
    return this.values(name)[0];
  }
}

export class PackedMetrics implements Metrics {
  readonly buffer: Float32Array;
  readonly names: readonly string[];
  applied = false;
  readonly #views = new Map<string, Float32Array>();

  constructor(layout: readonly MetricSlot[]) {
    const last = layout[layout.length - 1];
    this.buffer = new Float32Array(last.offset + last.size);
    this.names = layout.map((slot) => slot.name);
    for (const { name, offset, size } of layout) this.#views.set(name, this.buffer.subarray(offset, offset + size));
  }

  values(name: string): Float32Array {
    const view = this.#views.get(name);
    if (view === undefined) throw new InvariantError(`metric "${name}" is one of ${this.names.join(", ")}`);
    return view;
  }

  get(name: string): number {
    return this.values(name)[0];
  }
}
