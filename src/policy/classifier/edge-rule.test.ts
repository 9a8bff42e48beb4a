import { describe, expect, it } from "vitest";
import { type EdgeRule, type Wish, wish } from "./edge-rule.ts";

/** Classes down and up whose moves are one deviation of the horizon; 4 bars of 1 % are 2 %. */
const RULE: EdgeRule = {
  classMoves: [-1, 1],
  horizon: 4,
  costBps: [20],
  marginBps: 10,
  kelly: 0.1,
  largest: 0.8,
};
const SIGMA = 0.01;

function wished(up: number, held = 0, age = 100, rule = RULE): Wish {
  const out: Wish = { side: 9, size: 9, edge: 9, expected: 9 };
  wish(rule, 0, Float64Array.of(1 - up, up), 0, SIGMA, held, age, out);
  return out;
}

describe("the edge rule of a base", () => {
  const based: EdgeRule = { ...RULE, base: { kind: "trend", fast: 1, slow: 2 } };

  it("follows the base's side where its trades pay, and takes none against it", () => {
    const out: Wish = { side: 9, size: 9, edge: 9, expected: 9 };
    const sides = [-1, 0, 1].map((base) =>
      [0.6, 0.4].map((won) => {
        wish(based, 0, Float64Array.of(1 - won, won), 0, SIGMA, 0, 100, out, base);
        return out.side;
      }),
    );
    expect(sides).toEqual([
      [-1, 0],
      [0, 0],
      [1, 0],
    ]);
    wish(based, 0, Float64Array.of(0.4, 0.6), 0, SIGMA, 0, 100, out, -1);
    expect(out.expected).toBeCloseTo(-0.004, 12);
    expect(out.size).toBeCloseTo(0.5, 12);
  });

  it("leaves for the base's other side where that pays for the way out, and not for a trade that it would lose", () => {
    const out: Wish = { side: 9, size: 9, edge: 9, expected: 9 };
    // 2 % x 0.12 = 24 bp: less than cost and margin, more than the way out.
    wish(based, 0, Float64Array.of(0.44, 0.56), 0, SIGMA, 1, 1, out, -1);
    expect(out.side).toBe(0);
    wish(based, 0, Float64Array.of(0.56, 0.44), 0, SIGMA, 1, 1, out, -1);
    expect(out.side).toBe(1);
  });
});

describe("the edge rule", () => {
  it("enters where the expected move exceeds cost and margin, by the worked example", () => {
    // 2 % (0.6 - 0.4) = 40 bp expected, less 20 bp of cost leaves an edge of 20 bp, above the margin of 10.
    const found = wished(0.6);
    expect(found.expected).toBeCloseTo(0.004, 12);
    expect(found.edge).toBeCloseTo(0.002, 12);
    expect(found.side).toBe(1);
    // A tenth of Kelly: 0.1 x 0.002 / 0.0004 = 0.5.
    expect(found.size).toBeCloseTo(0.5, 12);
    expect(wished(0.4)).toMatchObject({ side: -1 });
  });

  it("stays out where the move pays for its cost but not for the margin", () => {
    // 29 bp expected: 9 bp above the cost.
    expect(wished(0.5725).side).toBe(0);
    expect(wished(0.5755).side).toBe(1);
  });

  it("never asks for more than its largest size", () => {
    expect(wished(0.95).size).toBe(0.8);
  });

  it("keeps what it holds until the way out pays or the horizon has passed", () => {
    expect(wished(0.5, 1, 2)).toMatchObject({ side: 1, size: 0 });
    // Against it by less than half the cost, then by more.
    expect(wished(0.478, 1, 2).side).toBe(1);
    expect(wished(0.47, 1, 2).side).toBe(0);
    expect(wished(0.5, 1, 4).side).toBe(0);
    // An edge the other way turns it at once.
    expect(wished(0.4, 1, 2)).toMatchObject({ side: -1 });
  });
});
