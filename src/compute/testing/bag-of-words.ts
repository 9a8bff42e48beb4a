/** @file A file with the inputs and the output of a BERT classifier that only looks words up and takes their mean. */
import { type OnnxNode, serializeModel } from "../onnx/model.ts";

function node(op: string, inputs: readonly string[], output: string, attributes: OnnxNode["attributes"]): OnnxNode {
  return { op, domain: "", inputs, outputs: [output], attributes };
}

/** @param table `[pieces*classes]` logits of every piece */
export function bagOfWordsModel(table: Float32Array, classes: number): Uint8Array {
  return serializeModel({
    nodes: [
      node("Gather", ["table", "input_ids"], "looked_up", { axis: { kind: "int", value: 0 } }),
      node("ReduceMean", ["looked_up", "axes"], "logits", { keepdims: { kind: "int", value: 0 } }),
    ],
    inputs: [
      { name: "input_ids", shape: [1, -1], dtype: "int64" },
      { name: "attention_mask", shape: [1, -1], dtype: "int64" },
    ],
    outputs: [{ name: "logits", shape: [1, classes], dtype: "float32" }],
    initializers: [
      { name: "table", shape: [table.length / classes, classes], values: table },
      { name: "axes", shape: [1], values: BigInt64Array.of(1n) },
    ],
    metadata: {},
    producer: "test",
  });
}
