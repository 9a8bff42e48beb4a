/** @file Collects the nodes and constants of one ONNX graph and hands out names. */
import type { NodeAttribute, OnnxInitializer, OnnxNode } from "../onnx/model.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor, TypedArray } from "../tensor/tensor.ts";

export type NodeOptions = {
  readonly outputs?: number;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, NodeAttribute>>;
};

export const ints = (value: readonly number[]): NodeAttribute => ({ kind: "ints", value });
export const float = (value: number): NodeAttribute => ({ kind: "float", value });
export const int = (value: number): NodeAttribute => ({ kind: "int", value });
export const text = (value: string): NodeAttribute => ({ kind: "text", value });

export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly #shared = new Map<string, string>();
  #next = 0;

  /** A name no other value of the graph has: inputs and outputs are named by the caller, never with a dot. */
  fresh(stem: string): string {
    return `${stem}.${this.#next++}`;
  }

  /** A new node; returns the names of its outputs. */
  node(op: string, inputs: readonly string[], options: NodeOptions = {}): string[] {
    const outputs = Array.from({ length: options.outputs ?? 1 }, () => this.fresh(op));
    this.nodes.push({ op, domain: options.domain ?? "", inputs, outputs, attributes: options.attributes ?? {} });
    return outputs;
  }

  /** A node with one output of the given name. */
  named(op: string, inputs: readonly string[], output: string): void {
    this.nodes.push({ op, domain: "", inputs, outputs: [output], attributes: {} });
  }

  /** A constant of the graph. Small equal ones share one name. */
  initializer(values: TypedArray, shape: Shape, stem = "constant"): string {
    const small = sizeOf(shape) <= 64;
    const key = small ? `${values.constructor.name}[${shape.join()}]${values.join()}${Object.is(values[0], -0)}` : "";
    const known = small ? this.#shared.get(key) : undefined;
    if (known !== undefined) return known;
    const name = this.fresh(stem);
    this.initializers.push({ name, shape, values });
    if (small) this.#shared.set(key, name);
    return name;
  }

  /** A list of whole numbers, such as a shape or axes. */
  integers(list: readonly number[]): string {
    return this.initializer(BigInt64Array.from(list, BigInt), [list.length], "integers");
  }
}

/** What lowering an operation may depend on. */
export type LowerContext = {
  readonly graph: GraphBuilder;
  /** Whether ONNX Runtime's own operators may be used; never in files for others. */
  readonly contrib: boolean;
  /** Whether more than one thread may work on an operation. */
  readonly parallel: boolean;
  /** Whether any other node or result uses the tensor. */
  readonly isUsed: (tensor: Tensor) => boolean;
};
