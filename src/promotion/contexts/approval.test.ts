import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalCdf, Random } from "../../core/index.ts";
import { approveCells, betweenVariance, type Cell, holm, shrink } from "./approval.ts";

type Vectors = {
  readonly cells: ReadonlyArray<{
    readonly cell: string;
    readonly n: number;
    readonly mean: number;
    readonly sd: number;
  }>;
  readonly pOneSided: readonly number[];
  readonly holm: readonly number[];
  readonly dersimonianLaird: {
    readonly tau2: number;
    readonly randomMean: number;
    readonly posteriorMean: readonly number[];
    readonly posteriorSd: readonly number[];
  };
  readonly fixedTau: {
    readonly tau: number;
    readonly mean: number;
    readonly posteriorMean: readonly number[];
    readonly posteriorSd: readonly number[];
    readonly probabilityPositive: readonly number[];
  };
};

const V = JSON.parse(
  readFileSync(new URL("../testing/cell-approval.fixture.json", import.meta.url), "utf8"),
) as Vectors;
const CELLS: Cell[] = V.cells.map((own) => ({ name: own.cell, n: own.n, mean: own.mean, deviation: own.sd }));
const MEANS = CELLS.map(({ mean }) => mean);
const VARIANCES = CELLS.map(({ n, deviation }) => deviation ** 2 / n);

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 12);
}

function cell(name: string, n: number, mean: number): Cell {
  return { name, n, mean, deviation: 1 };
}

describe("the mean of a cell", () => {
  it("is drawn towards that of all by the vector's variance between cells", () => {
    const { tau2, randomMean, posteriorMean, posteriorSd } = V.dersimonianLaird;
    expect(betweenVariance(MEANS, VARIANCES)).toBeCloseTo(tau2, 14);
    const found = shrink(MEANS, VARIANCES, tau2);
    expect(found.mean).toBeCloseTo(randomMean, 14);
    expectClose(found.means, posteriorMean);
    expectClose(found.deviations, posteriorSd);
  });

  it("has the vector's chance to be above zero under a given variance", () => {
    const { tau, mean, posteriorMean, posteriorSd, probabilityPositive } = V.fixedTau;
    const found = shrink(MEANS, VARIANCES, tau ** 2);
    expect(found.mean).toBeCloseTo(mean, 12);
    expectClose(found.means, posteriorMean);
    expectClose(found.deviations, posteriorSd);
    expectClose(
      found.means.map((value, i) => normalCdf(value / found.deviations[i])),
      probabilityPositive,
    );
  });

  it("alone is claimed only by Holm's correction, as in the vector", () => {
    const corrected = holm(V.pOneSided);
    expectClose(corrected, V.holm);
    expect(Math.min(...corrected)).toBeGreaterThan(0.05);
  });
});

describe("the approval of cells", () => {
  it("gives the vector's cells one verdict, for they can't be told apart", () => {
    // By 30 trades each: the cell with 25 is not judged by its own, and has the verdict of all.
    const { pooled, cells } = approveCells(CELLS);
    expect(pooled).toBe(true);
    expect(cells.map(({ approved }) => approved)).toEqual(CELLS.map(() => true));
    expect(cells.find(({ n }) => n === 25)).toMatchObject({ holm: null });
  });

  it("leaves out a cell that is surely bad, and keeps one with little data as all together are", () => {
    const { cells } = approveCells([
      cell("good", 400, 0.3),
      cell("bad", 400, -0.3),
      cell("new", 5, -2),
      cell("ok", 400, 0.2),
    ]);
    expect(cells.map(({ name, approved }) => [name, approved])).toEqual([
      ["good", true],
      ["bad", false],
      ["new", true],
      ["ok", true],
    ]);
  });

  it("approves none where all together don't pass, however good one looks", () => {
    const { pooled, cells } = approveCells([cell("lucky", 40, 0.4), cell("a", 300, -0.1), cell("b", 300, -0.08)]);
    expect(pooled).toBe(false);
    expect(cells.some(({ approved }) => approved)).toBe(false);
    expect(approveCells([]).pooled).toBe(false);
  });

  it("does not make an edge of luck: cells that were chosen are worth nothing on new trades", () => {
    const random = new Random(11);
    let chosen = 0;
    const later: number[] = [];
    for (let book = 0; book < 300; book++) {
      const cells = Array.from({ length: 12 }, (_, i): Cell => {
        const r = Array.from({ length: 50 }, () => random.normal());
        const mean = r.reduce((a, b) => a + b, 0) / 50;
        return { name: String(i), n: 50, mean, deviation: Math.sqrt(r.reduce((a, b) => a + (b - mean) ** 2, 0) / 49) };
      });
      for (const { approved } of approveCells(cells).cells) {
        if (!approved) continue;
        chosen++;
        later.push(random.normal());
      }
    }
    // Without an edge one book in five passes by its own rule, and no more cells than that.
    expect(chosen / (300 * 12)).toBeLessThan(0.25);
    expect(Math.abs(later.reduce((a, b) => a + b, 0) / later.length)).toBeLessThan(0.15);
  });
});
