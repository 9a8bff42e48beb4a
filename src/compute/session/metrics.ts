/** @file Figures of a step packed into one output, because every output of a run costs time. */
import { InvariantError } from "../../core/index.ts";
import { concat, reshape } from "../ops/layout.ts";
import { requireDType, type Tensor } from "../tensor/tensor.ts";
import type { Metrics } from "./types.ts";

export type MetricSlot = { readonly name: string; readonly offset: number; readonly size: number };

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
    parts.push(reshape(tensor, [tensor.size]));
    offset += tensor.size;
  }
  return { tensor: concat(parts, 0), layout };
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
