import { describe, expect, it } from "vitest";
import { compileForward, exportModel, loadModel, Parameters, type Tensor } from "../../compute/index.ts";
import { Random } from "../../core/index.ts";
import { actionSpace } from "../action-space.ts";
import { parameterCounts } from "./count.ts";
import { type ActingGraph, actingGraph, policyGraph } from "./graphs.ts";
import { Network } from "./network.ts";
import { ENCODER_NAMES, type NetworkShape, networkSpec } from "./spec.ts";
import { farthest } from "./testing/encoder-under-test.ts";

const SPACE = actionSpace("hierarchical");
const SHAPE: NetworkShape = {
  symbols: 3,
  marketFeatures: 4,
  accountFeatures: 5,
  categories: SPACE.categories.length,
  betaHeads: SPACE.betaHeads.length,
};
const SMALL = { hiddenSize: 8, joinSize: 8, heads: 2, attentionWindow: 5, riskSize: 3, window: 1 } as const;
const BARS = 12;

describe.each(ENCODER_NAMES)("a network with the %s encoder and the hierarchical action space", (name) => {
  const parameters = new Parameters();
  const network = new Network(parameters, networkSpec(name, SMALL), SHAPE);
  const values = parameters.initialize(new Random(1));
  const random = new Random(2);
  const market = Float32Array.from({ length: BARS * SHAPE.symbols * SHAPE.marketFeatures }, () => random.normal());
  const account = Float32Array.from({ length: SHAPE.symbols * SHAPE.accountFeatures }, () => random.normal());
  const mask = new Float32Array(SHAPE.symbols * SHAPE.categories);

  it("decides the same from a file as in training, bar by bar", async () => {
    const { encoder } = network;
    const size = SHAPE.symbols * (encoder?.stateSize ?? 0);
    const acting = await compileForward({
      parameters,
      outputs: named(actingGraph(network, SHAPE, { rows: BARS }, 1, 1)),
      threads: 1,
    });
    const outputs = named(policyGraph(network, SHAPE));
    const file = await loadModel(exportModel({ parameters, values, outputs }), { threads: 1 });
    const states = [new Float32Array(size), new Float32Array(size)];
    const width = SHAPE.symbols * SHAPE.marketFeatures;
    for (let bar = 0; bar < BARS; bar++) {
      const index = Int32Array.from({ length: SHAPE.symbols }, (_, s) => bar * SHAPE.symbols + s);
      const memory = (i: number) => (size === 0 ? {} : { state: states[i] });
      const here = await acting.run(values, { market, index, account, mask, ...memory(0) });
      const row = market.slice(bar * width, (bar + 1) * width);
      const there = await file.run({ market: row, account, mask, ...memory(1) });
      expect(Object.keys(there).sort()).toEqual(Object.keys(here).sort());
      for (const [key, result] of Object.entries(there)) expect(farthest(result, here[key]), key).toBeLessThan(1e-5);
      if (size === 0) continue;
      states[0].set(here["nextState"]);
      states[1].set(there["nextState"]);
    }
    await acting.release();
    await file.release();
  });

  it("has a category and three numbers for every symbol", () => {
    const { logits, concentrations, value } = policyGraph(network, SHAPE);
    expect(logits.shape).toEqual([3, 4]);
    expect(concentrations?.shape, "alpha and beta of size, stop and urgency").toEqual([3, 6]);
    expect(value.shape).toEqual([1]);
  });

  it("counts every parameter in one part", () => {
    for (const depth of [1, 2, 3]) {
      const counts = parameterCounts(parameters, depth);
      expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(parameters.size);
      expect(counts[0].part.split(".").length).toBeLessThanOrEqual(depth);
    }
    expect(parameterCounts(parameters).map(({ part }) => part)).toEqual([
      "encoder",
      "actor",
      "critic",
      "join",
      "policy",
      "value",
    ]);
  });
});

describe("the specification of a network", () => {
  it.each([
    [
      "an unknown encoder",
      () => networkSpec("cnn"),
      /"cnn" is not an encoder.*mlp, gru, lstm, transformer, hierarchical/,
    ],
    [
      "half a head",
      () => networkSpec("transformer", { heads: 3 }),
      /hiddenSize \(64\) must be a multiple of heads \(3\)/,
    ],
    ["heads over symbols", () => networkSpec("gru", { heads: 3, crossAsset: true }), /multiple of heads/],
    ["a window of the bar alone", () => networkSpec("hierarchical", { attentionWindow: 1 }), /at least 2/],
    ["no layers", () => networkSpec("transformer", { layers: 0 }), /layers must be a whole number above 0, was 0/],
  ])("%s is refused", (_name, build, message) => {
    expect(build).toThrow(message);
  });

  it("heads matter only where something attends", () => {
    expect(networkSpec("gru", { heads: 3 }).crossAsset).toBe(false);
  });
});

function named(graph: ActingGraph): Record<string, Tensor> {
  return {
    logits: graph.logits,
    value: graph.value,
    ...(graph.concentrations === undefined ? {} : { concentrations: graph.concentrations }),
    ...(graph.state === undefined ? {} : { nextState: graph.state }),
  };
}
