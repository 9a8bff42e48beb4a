/**
 * @file ONNX models as plain objects, and their serialization. Field numbers are those of onnx.proto3
 * (github.com/onnx/onnx, IR version 8); only what we write is defined.
 */
import { bytesOf } from "../../core/index.ts";
import type { Shape } from "../tensor/shape.ts";
import { type DType, dtypeOf, type TypedArray } from "../tensor/tensor.ts";
import { MessageWriter, readFields } from "./protobuf.ts";

const IR_VERSION = 8;
/** The operator set all nodes are written in. */
const OPSET_VERSION = 18;
export const CONTRIB_DOMAIN = "com.microsoft";
/** Operators of classical machine learning, in the set that has TreeEnsemble. */
export const ML_DOMAIN = "ai.onnx.ml";
const ML_VERSION = 5;

/** ONNX's numbers for element types. */
export const ELEMENT_TYPE: Readonly<Record<DType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };
const UINT8 = 2;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_TEXT = 3;
const ATTRIBUTE_TENSOR = 4;
const ATTRIBUTE_INTS = 7;
const ATTRIBUTE_GRAPH = 5;

export type NodeAttribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "text"; readonly value: string }
  /** A vector of numbers as a tensor of its type. */
  | { readonly kind: "tensor"; readonly value: Float32Array | Uint8Array }
  /** A graph of its own that also sees the values around it: the body of a loop. */
  | { readonly kind: "graph"; readonly value: OnnxGraph };

export type OnnxNode = {
  readonly op: string;
  readonly domain: string;
  /** An empty name is an omitted optional input or output. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, NodeAttribute>>;
};

export type OnnxValue = { readonly name: string; readonly shape: Shape; readonly dtype: DType };
export type OnnxInitializer = { readonly name: string; readonly shape: Shape; readonly values: TypedArray };

export type OnnxGraph = {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxInitializer[];
};

export type OnnxModel = OnnxGraph & {
  readonly metadata: Readonly<Record<string, string>>;
  readonly producer: string;
};

function attributeMessage(name: string, attribute: NodeAttribute): MessageWriter {
  const message = new MessageWriter().text(1, name);
  if (attribute.kind === "float") return message.float(2, attribute.value).integer(20, ATTRIBUTE_FLOAT);
  if (attribute.kind === "int") return message.integer(3, attribute.value).integer(20, ATTRIBUTE_INT);
  if (attribute.kind === "ints") {
    for (const value of attribute.value) message.integer(8, value);
    return message.integer(20, ATTRIBUTE_INTS);
  }
  if (attribute.kind === "tensor") {
    const { value } = attribute;
    const type = value instanceof Uint8Array ? UINT8 : ELEMENT_TYPE.float32;
    const tensor = new MessageWriter().integer(1, value.length).integer(2, type).bytes(9, bytesOf(value));
    return message.message(5, tensor).integer(20, ATTRIBUTE_TENSOR);
  }
  if (attribute.kind === "graph")
    return message.message(6, graphMessage(attribute.value, "body")).integer(20, ATTRIBUTE_GRAPH);
  return message.text(4, attribute.value).integer(20, ATTRIBUTE_TEXT);
}

function nodeMessage(node: OnnxNode, index: number): MessageWriter {
  const message = new MessageWriter();
  for (const name of node.inputs) message.text(1, name);
  for (const name of node.outputs) message.text(2, name);
  message.text(3, `${node.op}_${index}`).text(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes))
    message.message(5, attributeMessage(name, attribute));
  return node.domain === "" ? message : message.text(7, node.domain);
}

function initializerMessage({ name, shape, values }: OnnxInitializer): MessageWriter {
  const message = new MessageWriter();
  for (const n of shape) message.integer(1, n);
  return message.integer(2, ELEMENT_TYPE[dtypeOf(values)]).text(8, name).bytes(9, bytesOf(values));
}

function valueMessage({ name, shape, dtype }: OnnxValue): MessageWriter {
  const dims = new MessageWriter();
  // A length below zero is any length.
  for (const n of shape)
    dims.message(1, n < 0 ? new MessageWriter().text(2, "any") : new MessageWriter().integer(1, n));
  const tensor = new MessageWriter().integer(1, ELEMENT_TYPE[dtype]).message(2, dims);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
}

function graphMessage(graph: OnnxGraph, name: string): MessageWriter {
  const message = new MessageWriter();
  for (const [i, node] of graph.nodes.entries()) message.message(1, nodeMessage(node, i));
  message.text(2, name);
  for (const initializer of graph.initializers) message.message(5, initializerMessage(initializer));
  for (const value of graph.inputs) message.message(11, valueMessage(value));
  for (const value of graph.outputs) message.message(12, valueMessage(value));
  return message;
}

/** Whether the graph or one inside it has nodes that only ONNX Runtime knows. */
function hasContrib(nodes: readonly OnnxNode[]): boolean {
  return nodes.some(
    ({ domain, attributes }) =>
      domain === CONTRIB_DOMAIN ||
      Object.values(attributes).some((attribute) => attribute.kind === "graph" && hasContrib(attribute.value.nodes)),
  );
}

export function serializeModel(model: OnnxModel): Uint8Array {
  const message = new MessageWriter().integer(1, IR_VERSION).text(2, model.producer);
  message.message(7, graphMessage(model, "main"));
  message.message(8, new MessageWriter().text(1, "").integer(2, OPSET_VERSION));
  if (hasContrib(model.nodes)) {
    message.message(8, new MessageWriter().text(1, CONTRIB_DOMAIN).integer(2, 1));
  }
  if (model.nodes.some((node) => node.domain === ML_DOMAIN)) {
    message.message(8, new MessageWriter().text(1, ML_DOMAIN).integer(2, ML_VERSION));
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    message.message(14, new MessageWriter().text(1, key).text(2, value));
  }
  return message.finish();
}

/** The key-value pairs of a serialized model, any producer's. */
export function readMetadata(model: Uint8Array): Record<string, string> {
  const decoder = new TextDecoder();
  const pairs: Record<string, string> = {};
  for (const field of readFields(model)) {
    if (field.number !== 14) continue;
    const entry = readFields(field.bytes);
    const text = (number: number): string => decoder.decode(entry.find((f) => f.number === number)?.bytes);
    pairs[text(1)] = text(2);
  }
  return pairs;
}
