import { describe, expect, it } from "vitest";
import { compileForward, Parameters } from "../../compute/index.ts";
import { Random } from "../../core/index.ts";
import {
  ACCOUNT_FEATURES,
  accountFeatureCount,
  Network,
  type NetworkShape,
  networkSpec,
  policyGraph,
} from "../../policy/index.ts";
import { type ParameterVector, transferParameters } from "./transfer.ts";

const J = 8;
const F = 5;
const COMMON = ACCOUNT_FEATURES.length;

type Policy = {
  readonly parameters: Parameters;
  readonly network: Network;
  readonly shape: NetworkShape;
  readonly vector: ParameterVector;
};

function policy(symbols: readonly string[], seed: number, hiddenSize = 16, encoder = "mlp"): Policy {
  const parameters = new Parameters();
  const shape: NetworkShape = {
    symbols: symbols.length,
    marketFeatures: F,
    accountFeatures: accountFeatureCount(symbols.length),
    categories: 3,
    betaHeads: 1,
  };
  const network = new Network(parameters, networkSpec(encoder, { hiddenSize, joinSize: J, joinLayers: 2 }), shape);
  const values = parameters.initialize(new Random(seed));
  // Zeros would hide what was not copied.
  const random = new Random(seed + 1);
  for (let i = 0; i < values.length; i++) values[i] += 0.1 * random.normal();
  return { parameters, network, shape, vector: { entries: parameters.entries, values, symbols } };
}

function markRow({ parameters, vector }: Policy, values: Float32Array, symbol: string): Float32Array {
  const row = COMMON + vector.symbols.indexOf(symbol);
  return parameters.view(values, "join.account").subarray(row * 2 * J, (row + 1) * 2 * J);
}

/** Logits of the policy by symbol: each symbol sees the same market and account, whatever others there are. */
async function logits({ parameters, network, shape, vector }: Policy, values: Float32Array): Promise<number[][]> {
  const S = shape.symbols;
  const { logits: output } = policyGraph(network, shape);
  const session = await compileForward({ parameters, outputs: { output } });
  const market = new Float32Array(S * F);
  const account = new Float32Array(S * shape.accountFeatures);
  for (let s = 0; s < S; s++) {
    const random = new Random(vector.symbols[s].charCodeAt(0));
    for (let f = 0; f < F; f++) market[s * F + f] = random.normal();
    for (let k = 0; k < COMMON; k++) account[s * shape.accountFeatures + k] = random.normal();
    account[s * shape.accountFeatures + COMMON + s] = 1;
  }
  const done = await session.run(values, { market, account, mask: new Float32Array(S * shape.categories) });
  const rows = Array.from({ length: S }, (_, s) => Array.from(done["output"].subarray(s * 3, (s + 1) * 3)));
  await session.release();
  return rows;
}

describe("a transfer to other symbols", () => {
  it("decides for a kept symbol exactly as before, wherever it stands now", async () => {
    const old = policy(["A", "B", "C"], 1);
    const now = policy(["C", "D", "A"], 2);
    const transfer = transferParameters(old.vector, now.vector);
    const before = await logits(old, old.vector.values);
    const after = await logits(now, transfer.values);
    expect([after[2], after[0]]).toEqual([before[0], before[2]]);
    expect(after[1], "a new symbol decides too").not.toEqual(after[0]);
  });

  it("says what was copied, what followed its symbol, and which symbols came and went", () => {
    const transfer = transferParameters(policy(["A", "B", "C"], 1).vector, policy(["C", "D", "A"], 2).vector);
    expect(transfer.mapped).toEqual(["join.account"]);
    expect(transfer.fresh).toEqual([]);
    expect(transfer.copied).toContain("encoder.weight");
    expect(transfer.copied).toContain("value.bias");
    expect([transfer.keptSymbols, transfer.newSymbols, transfer.droppedSymbols]).toEqual([["C", "A"], ["D"], ["B"]]);
  });

  it("starts a new symbol as the mean of all known ones", () => {
    const old = policy(["A", "B", "C"], 1);
    const now = policy(["A", "B", "C", "D"], 2);
    const { values } = transferParameters(old.vector, now.vector);
    const rows = ["A", "B", "C"].map((symbol) => markRow(old, old.vector.values, symbol));
    for (const [column, value] of markRow(now, values, "D").entries()) {
      expect(value).toBeCloseTo((rows[0][column] + rows[1][column] + rows[2][column]) / 3, 6);
    }
    for (const symbol of ["A", "B", "C"]) {
      expect(markRow(now, values, symbol)).toEqual(markRow(old, old.vector.values, symbol));
    }
  });

  it("to the same symbols is a copy, and changes neither side", () => {
    const old = policy(["A", "B"], 1);
    const now = policy(["A", "B"], 2);
    const untouched = [old.vector.values.slice(), now.vector.values.slice()];
    expect(transferParameters(old.vector, now.vector).values).toEqual(old.vector.values);
    expect([old.vector.values, now.vector.values]).toEqual(untouched);
  });

  it("leaves what has another shape as it was initialized, and says so", () => {
    const old = policy(["A", "B"], 1, 16);
    const now = policy(["A", "B"], 2, 32);
    const transfer = transferParameters(old.vector, now.vector);
    expect(transfer.fresh).toEqual(["encoder.weight", "encoder.bias", "actor.market", "critic.market"]);
    expect(transfer.copied).toContain("policy.weight");
    expect(now.parameters.view(transfer.values, "encoder.weight")).toEqual(
      now.parameters.view(now.vector.values, "encoder.weight"),
    );
  });

  it("does not mistake other account features for symbols", () => {
    const old = policy(["A", "B"], 1);
    const now = policy(["A", "B"], 2);
    const narrower: ParameterVector = { ...old.vector, symbols: ["A"] };
    expect(transferParameters(narrower, now.vector).fresh, "one row of the old matrix has no meaning here").toEqual([
      "join.account",
    ]);
  });

  it("is refused where nothing fits", () => {
    const entries = [{ name: "other", shape: [3], offset: 0, size: 3 }];
    const foreign: ParameterVector = { entries, values: new Float32Array(3), symbols: ["A"] };
    expect(() => transferParameters(foreign, policy(["A"], 1).vector)).toThrowError(
      expect.objectContaining({ code: "MODEL_MISMATCH" }),
    );
  });
});
