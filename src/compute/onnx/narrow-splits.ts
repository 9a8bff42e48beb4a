/**
 * @file Graphs for devices that bind few buffers at once. A shader of WebGPU sees at least eight (W3C WebGPU, limits:
 * maxStorageBuffersPerShaderStage), and a split into more parts than are left beside its input fails as it runs: it becomes
 * a tree of splits here. The parts keep their names and values.
 */
import { InvariantError } from "../../core/index.ts";
import type { OnnxGraph, OnnxInitializer, OnnxModel, OnnxNode } from "./model.ts";

type Lengths = ReadonlyMap<string, BigInt64Array>;

/** @param most parts of one split, at least two */
export function narrowSplits(model: OnnxModel, most: number): OnnxModel {
  return { ...model, ...narrowGraph(model, most, new Map()) };
}

function narrowGraph(graph: OnnxGraph, most: number, outside: Lengths): OnnxGraph {
  const lengths = new Map(outside);
  for (const { name, values } of graph.initializers) {
    if (values instanceof BigInt64Array) lengths.set(name, values);
  }
  const added: OnnxInitializer[] = [];
  const nodes = graph.nodes.flatMap((node) =>
    node.op === "Split" && node.domain === "" && node.outputs.length > most
      ? tree(node, lengths, most, added)
      : [withinBodies(node, most, lengths)],
  );
  return { ...graph, nodes, initializers: [...graph.initializers, ...added] };
}

function withinBodies(node: OnnxNode, most: number, lengths: Lengths): OnnxNode {
  const attributes = Object.entries(node.attributes).map(([name, attribute]) => [
    name,
    attribute.kind === "graph" ? { ...attribute, value: narrowGraph(attribute.value, most, lengths) } : attribute,
  ]);
  return { ...node, attributes: Object.fromEntries(attributes) as OnnxNode["attributes"] };
}

/** A split into at most `most` runs of neighbours, and a split of each run that has several parts. */
function tree(node: OnnxNode, lengths: Lengths, most: number, added: OnnxInitializer[]): OnnxNode[] {
  const [whole, list] = node.inputs;
  const sizes = lengths.get(list);
  if (sizes === undefined) throw new InvariantError(`the parts of ${node.outputs[0]} have lengths that are known`);
  if (node.outputs.length <= most) return [node];
  const run = Math.ceil(node.outputs.length / most);
  const starts = Array.from({ length: Math.ceil(node.outputs.length / run) }, (_, k) => k * run);
  const known = new Map(lengths);
  const lengthsOf = (name: string, values: BigInt64Array): string => {
    const added64 = `${name}:lengths`;
    known.set(added64, values);
    added.push({ name: added64, shape: [values.length], values });
    return added64;
  };
  const runs = starts.map((from) => {
    const outputs = node.outputs.slice(from, from + run);
    const name = outputs.length === 1 ? outputs[0] : `${outputs[0]}:run${outputs.length}`;
    return { name, outputs, sizes: sizes.slice(from, from + run) };
  });
  const sums = BigInt64Array.from(runs, (one) => one.sizes.reduce((sum, size) => sum + size, 0n));
  const top: OnnxNode = {
    ...node,
    inputs: [whole, lengthsOf(`${runs[0].name}:all${node.outputs.length}`, sums)],
    outputs: runs.map(({ name }) => name),
  };
  const below = runs
    .filter(({ outputs }) => outputs.length > 1)
    .map((one) => ({ ...node, inputs: [one.name, lengthsOf(one.name, one.sizes)], outputs: one.outputs }));
  return [top, ...below.flatMap((split) => tree(split, known, most, added))];
}
