import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { MahalanobisDistance } from "../../features/index.ts";
import { calibrateDrift, DRIFT_DEFAULTS, driftWeeks } from "./calibration.ts";
import { DissimilarityIndex } from "./distance.ts";
import { binShares, decileEdges, kolmogorovSmirnov, kolmogorovTail, populationStability } from "./statistics.ts";

type Psi = { readonly edges: readonly number[]; readonly current: readonly number[]; readonly psi: number };
type Ks = { readonly D: number; readonly kolmogorovTail: number };
type Vectors = {
  readonly reference: readonly number[];
  readonly shifted: readonly number[];
  readonly same: readonly number[];
  readonly psiShifted: Psi;
  readonly psiSame: Psi;
  readonly ksShifted: Ks;
  readonly ksSame: Ks;
  readonly ksTies: Ks & { readonly a: readonly number[]; readonly b: readonly number[] };
  readonly distance: {
    readonly training: ReadonlyArray<readonly number[]>;
    readonly query: ReadonlyArray<readonly number[]>;
    readonly mahalanobisSquared: readonly number[];
    readonly mahalanobisSquaredShrunk10: readonly number[];
    readonly dissimilarity: { readonly index: readonly number[] };
  };
};

const V = JSON.parse(readFileSync(new URL("../testing/drift.fixture.json", import.meta.url), "utf8")) as Vectors;

describe("drift of one number", () => {
  it.each([
    ["shifted", V.shifted, V.psiShifted],
    ["same", V.same, V.psiSame],
  ] as const)("has the vector's stability index, %s", (_, current, psi) => {
    const edges = decileEdges(V.reference);
    expect(edges.map((edge, i) => Math.abs(edge - psi.edges[i])).every((d) => d < 1e-12)).toBe(true);
    expect(binShares(current, edges)).toEqual(psi.current);
    expect(populationStability(V.reference, current)).toBeCloseTo(psi.psi, 12);
  });

  it.each([
    ["shifted", V.reference, V.shifted, V.ksShifted],
    ["same", V.reference, V.same, V.ksSame],
    ["ties", V.ksTies.a, V.ksTies.b, V.ksTies],
  ] as const)("has the vector's distance of distribution functions, %s", (_, a, b, ks) => {
    const distance = kolmogorovSmirnov(a, b);
    expect(distance).toBeCloseTo(ks.D, 12);
    expect(kolmogorovTail(distance, a.length, b.length)).toBeCloseTo(ks.kolmogorovTail, 10);
  });
});

describe("distance of a row", () => {
  const { training, query, mahalanobisSquared, mahalanobisSquaredShrunk10, dissimilarity } = V.distance;

  it("is Mahalanobis' as in the vector, plain and shrunk", () => {
    const plain = MahalanobisDistance.ofRows(training.flat(), 3, 0);
    const shrunk = MahalanobisDistance.ofRows(training.flat(), 3);
    for (const [i, row] of query.entries()) {
      expect(plain.squared(row) / mahalanobisSquared[i]).toBeCloseTo(1, 10);
      expect(shrunk.squared(row) / mahalanobisSquaredShrunk10[i]).toBeCloseTo(1, 10);
    }
  });

  it("is the vector's dissimilarity", () => {
    const index = new DissimilarityIndex(training.flat(), 3);
    for (const [i, row] of query.entries()) expect(index.of(row)).toBeCloseTo(dissimilarity.index[i], 12);
  });

  it("can't be measured by rows that don't vary", () => {
    expect(() => MahalanobisDistance.ofRows([1, 1, 1, 1], 2)).toThrow("vary");
    expect(() => MahalanobisDistance.ofRows([1, 1], 2)).toThrow("vary");
  });
});

/** AR(1) columns: the more persistent, the further an ordinary week lies from the month before it. */
function columnsOf(bars: number, persistence: readonly number[], seed: number): Float32Array[] {
  const random = new Random(seed);
  return persistence.map((phi) => {
    const column = new Float32Array(bars);
    let x = 0;
    for (let t = 0; t < bars; t++) {
      x = phi * x + Math.sqrt(1 - phi * phi) * random.normal();
      column[t] = x;
    }
    return column;
  });
}

describe("drift of features", () => {
  const settings = { ...DRIFT_DEFAULTS, barsPerWeek: 168 };
  const persistence = [0, 0, 0.5, 0.9, 0.9, 0.97, 0.97, 0.99, 0.99, 0.995];

  it("stays silent in ordinary weeks, however persistent the features", () => {
    const columns = columnsOf(168 * 160, persistence, 5);
    const training = columns.map((column) => column.subarray(0, 168 * 80));
    const weeks = driftWeeks(columns, 168 * 80, calibrateDrift(training, settings), settings);
    expect(weeks).toHaveLength(80);
    // One week in a hundred is beyond a limit by design; 800 feature-weeks are looked at.
    const beyond = weeks.reduce((sum, week) => sum + week.beyond.length, 0) / (80 * persistence.length);
    expect(beyond).toBeLessThan(0.05);
    expect(weeks.filter((week) => week.alarm)).toEqual([]);
  });

  it("finds features that have moved in their second week, and a feed that stands still at once", () => {
    const columns = columnsOf(168 * 90, persistence, 6);
    const limits = calibrateDrift(
      columns.map((column) => column.subarray(0, 168 * 80)),
      settings,
    );
    for (const column of columns.slice(0, 5)) for (let t = 168 * 84; t < column.length; t++) column[t] += 6;
    columns[9].fill(columns[9][168 * 86], 168 * 86);
    const weeks = driftWeeks(columns, 168 * 80, limits, settings);
    expect(weeks.map((week) => week.alarm).indexOf(true)).toBe(5);
    expect(weeks.map((week) => week.broken.length > 0).indexOf(true)).toBe(6);
    expect(weeks[6].broken).toEqual([9]);
  });

  it("asks for a history that a limit can rest on", () => {
    expect(() => calibrateDrift(columnsOf(168 * 6, [0], 1), settings)).toThrow("windows");
  });
});
