import { expect, it } from "vitest";
import { openRuntime } from "../session/runtime.ts";
import { type OnnxGraph, type OnnxModel, type OnnxNode, serializeModel } from "./model.ts";
import { narrowSplits } from "./narrow-splits.ts";

const SIZES = [3, 1, 2, 1, 1, 4, 1, 2, 1, 1, 1, 5, 1, 1, 2, 1, 1, 1, 1, 2, 3];
const WIDTH = SIZES.reduce((sum, size) => sum + size, 0);
const PARTS = SIZES.map((_, i) => `part${i}`);

/** Splits a row, and puts its parts together again in the other order. */
const graph: OnnxGraph = {
  nodes: [
    {
      op: "Split",
      domain: "",
      inputs: ["x", "sizes"],
      outputs: PARTS,
      attributes: { axis: { kind: "int", value: 1 } },
    },
    {
      op: "Concat",
      domain: "",
      inputs: PARTS.toReversed(),
      outputs: ["y"],
      attributes: { axis: { kind: "int", value: 1 } },
    },
  ],
  inputs: [{ name: "x", shape: [1, WIDTH], dtype: "float32" }],
  outputs: [{ name: "y", shape: [1, WIDTH], dtype: "float32" }],
  initializers: [{ name: "sizes", shape: [SIZES.length], values: BigInt64Array.from(SIZES, BigInt) }],
};
const plain: OnnxModel = { ...graph, metadata: {}, producer: "test" };

/** The same split in the body of a loop that runs once; its sizes stand outside of it. */
const looped: OnnxModel = {
  nodes: [
    {
      op: "Loop",
      domain: "",
      inputs: ["turns", "begin", "x"],
      outputs: ["last"],
      attributes: {
        body: {
          kind: "graph",
          value: {
            nodes: [
              { op: "Identity", domain: "", inputs: ["on"], outputs: ["goOn"], attributes: {} },
              ...graph.nodes.map((node) => ({
                ...node,
                inputs: node.inputs.map((name) => (name === "x" ? "row" : name)),
              })),
            ],
            inputs: [
              { name: "turn", shape: [], dtype: "int64" },
              { name: "on", shape: [], dtype: "bool" },
              { name: "row", shape: [1, WIDTH], dtype: "float32" },
            ],
            outputs: [{ name: "goOn", shape: [], dtype: "bool" }, ...graph.outputs],
            initializers: [],
          },
        },
      },
    },
  ],
  inputs: graph.inputs,
  outputs: [{ name: "last", shape: [1, WIDTH], dtype: "float32" }],
  initializers: [
    ...graph.initializers,
    { name: "turns", shape: [], values: BigInt64Array.of(1n) },
    { name: "begin", shape: [], values: Uint8Array.of(1) },
  ],
  metadata: {},
  producer: "test",
};

async function run(model: OnnxModel): Promise<number[]> {
  const runtime = await openRuntime(serializeModel(model), {});
  const into = runtime.buffers();
  await runtime.run({ x: Float32Array.from({ length: WIDTH }, (_, i) => i) }, into);
  await runtime.release();
  return [...Object.values(into)[0]];
}

function splitsOf(nodes: readonly OnnxNode[]): OnnxNode[] {
  return nodes.flatMap((node) => {
    const { body } = node.attributes;
    return body?.kind === "graph" ? splitsOf(body.value.nodes) : node.op === "Split" ? [node] : [];
  });
}

it.each([
  ["a graph", plain, 7],
  ["a graph, by two", plain, 2],
  ["the body of a loop", looped, 7],
])("a split into many parts, in %s, gives the same parts by splits that write few at once", async (_, model, most) => {
  const narrow = narrowSplits(model, most);
  const widths = splitsOf(narrow.nodes).map(({ outputs }) => outputs.length);
  expect(Math.max(...widths)).toBeLessThanOrEqual(most);
  expect(await run(narrow)).toEqual(await run(model));
});

it("what is narrow already stays as it is", () => {
  expect(narrowSplits(plain, SIZES.length)).toEqual(plain);
});
