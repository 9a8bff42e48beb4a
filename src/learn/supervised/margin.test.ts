import { describe, expect, it } from "vitest";
import { Classifier, type EdgeRule } from "../../policy/index.ts";
import type { Dataset } from "./dataset.ts";
import { chooseMargin } from "./margin.ts";

/** Expects tanh(x / 2) of what a bar moves, which is 100 basis points. */
const CLASSIFIER = new Classifier({
  features: 1,
  classes: 2,
  calibration: { kind: "none" },
  model: { kind: "linear", intercept: 0, coefficients: [1] },
});
/** Margins of 0, 5, 10, 20 and 40 basis points are tried. */
const RULE: EdgeRule = { classMoves: [-1, 1], horizon: 1, costBps: [20, 20], marginBps: 0, kelly: 0.1, largest: 1 };
const WIDEST = 40;

type Row = {
  readonly expected: number;
  readonly earned: number;
  readonly bars?: number;
  readonly symbol?: number;
  readonly at?: number;
};

/** Rows a bar apart, each with what is expected and what its answer earned, in basis points, and how many bars that took. */
function margin(rows: readonly Row[]): number {
  const data: Partial<Dataset> = {
    features: 1,
    x: Float32Array.from(rows, ({ expected }) => 2 * Math.atanh(expected / 100)),
    bar: Int32Array.from(rows, ({ at }, i) => at ?? i),
    symbol: Int32Array.from(rows, ({ symbol = 0 }) => symbol),
    knownAt: Int32Array.from(rows, ({ at, bars = 0 }, i) => (at ?? i) + bars),
    logReturn: Float64Array.from(rows, ({ earned }) => earned * 1e-4),
    sigma: new Float64Array(rows.length).fill(0.01),
    side: new Int8Array(rows.length),
  };
  return chooseMargin(CLASSIFIER, RULE, data as Dataset, Int32Array.from(rows.keys()));
}

function repeated(times: number, row: Row): Row[] {
  return Array.from({ length: times }, () => row);
}

/** Pays, and is known two bars later. */
function long(at: number, symbol: number): Row {
  return { expected: 80, earned: 50, bars: 2, symbol, at };
}

describe("the margin of a rule", () => {
  it("is the least that pays, with costs half as high again", () => {
    expect(margin(repeated(30, { expected: 80, earned: 31 }))).toBe(0);
    expect(margin(repeated(30, { expected: 80, earned: 29 })), "20 would be earned back, 30 are not").toBe(WIDEST);
    expect(margin(repeated(29, { expected: 80, earned: 31 })), "too few to tell").toBe(WIDEST);
    expect(margin(repeated(30, { expected: -80, earned: -31 })), "a fall that was expected").toBe(0);
  });

  it("keeps off what is expected to pay and does not", () => {
    const worse = repeated(30, { expected: 28, earned: -40 });
    const good = repeated(30, { expected: 45, earned: 35 });
    expect(margin([...worse, ...good]), "28 less the cost is 8, 45 less the cost is 25").toBe(10);
    const best = repeated(30, { expected: 70, earned: 60 });
    expect(margin([...worse, ...repeated(30, { expected: 45, earned: 25 }), ...best])).toBe(WIDEST);
  });

  it("counts no trade of a symbol before its last answer is known", () => {
    const one = Array.from({ length: 60 }, (_, at) => long(at, 0));
    expect(margin(one), "twenty trades of three bars").toBe(WIDEST);
    const two = Array.from({ length: 45 }, (_, at) => [long(at, 0), long(at, 1)]).flat();
    expect(margin(two), "fifteen of each symbol").toBe(0);
  });
});
