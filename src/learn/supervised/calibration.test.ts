import { describe, expect, it } from "vitest";
import { calibrated } from "../../policy/index.ts";
import { fitIsotonic, fitPlatt, poolAdjacent, withoutWeight } from "./calibration.ts";
import { auc, binaryLogLoss, brier, brierSkill, calibrationError, type ReliabilityBin, reliability } from "./scores.ts";
import { fixture } from "./testing/fixture.ts";

type Curve = { readonly fitted: readonly number[]; readonly at: readonly number[] };
type CalibrationVectors = {
  readonly score: readonly number[];
  readonly label: readonly number[];
  readonly weight: readonly number[];
  readonly evaluateAt: readonly number[];
  readonly isotonic: Curve;
  readonly isotonicWeighted: Curve;
  readonly platt: { readonly A: number; readonly B: number; readonly at: readonly number[] };
  readonly smallPav: Readonly<Record<"y" | "w" | "weighted" | "unweighted", readonly number[]>>;
};
type ScoreVectors = {
  readonly probability: readonly number[];
  readonly label: readonly number[];
  readonly weight: readonly number[];
  readonly equalMass10: { readonly ece: number; readonly rows: readonly ReliabilityBin[] };
} & Readonly<
  Record<"brier" | "brierWeighted" | "logLoss" | "logLossWeighted" | "auc" | "aucWeighted" | "brierSkill", number>
>;

const given = fixture("calibration") as CalibrationVectors;
const scores = Float64Array.from(given.score);
const labels = Uint8Array.from(given.label);

/** The largest difference between two rows of numbers; infinite where their lengths differ. */
function gap(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY;
  return Math.max(...theirs.map((value, i) => Math.abs(ours[i] - value)));
}

describe("calibration", () => {
  it("fits Platt's sigmoid to the vector's optimum", () => {
    const fitted = fitPlatt(scores, labels);
    if (fitted.kind !== "platt") throw new Error("a sigmoid was asked for");
    expect(gap([fitted.slope, fitted.offset], [given.platt.A, given.platt.B])).toBeLessThan(1e-8);
    expect(
      gap(
        given.evaluateAt.map((s) => calibrated(fitted, s)),
        given.platt.at,
      ),
    ).toBeLessThan(1e-8);
  });

  it.each(["isotonic", "isotonicWeighted"] as const)("fits scikit-learn's curve, %s", (name) => {
    const weights = name === "isotonicWeighted" ? Float64Array.from(given.weight) : undefined;
    const fitted = fitIsotonic(scores, labels, weights);
    expect(
      gap(
        given.score.map((s) => calibrated(fitted, s)),
        given[name].fitted,
      ),
    ).toBeLessThan(1e-12);
    expect(
      gap(
        given.evaluateAt.map((s) => calibrated(fitted, s)),
        given[name].at,
      ),
    ).toBeLessThan(1e-12);
  });

  it("pools neighbours that fall", () => {
    const { y, w, weighted, unweighted } = given.smallPav;
    expect(gap(poolAdjacent(y, w), weighted)).toBeLessThan(1e-12);
    expect(
      gap(
        poolAdjacent(
          y,
          w.map(() => 1),
        ),
        unweighted,
      ),
    ).toBeLessThan(1e-12);
  });

  it("undoes the shift of a weight on one class", () => {
    expect(withoutWeight(0.6, 2)).toBeCloseTo(3 / 7, 15);
  });

  it("has nothing to stand on without rows", () => {
    expect(() => fitPlatt(new Float64Array(0), new Uint8Array(0))).toThrow("calibrate");
    expect(() => fitIsotonic(new Float64Array(0), new Uint8Array(0))).toThrow("calibrate");
  });
});

describe("scores of probabilities", () => {
  const vectors = fixture("probability-scores") as ScoreVectors;
  const p = Float64Array.from(vectors.probability);
  const y = Uint8Array.from(vectors.label);
  const w = Float64Array.from(vectors.weight);

  it("are scikit-learn's", () => {
    expect(
      gap(
        [
          brier(p, y),
          brier(p, y, w),
          binaryLogLoss(p, y),
          binaryLogLoss(p, y, w),
          auc(p, y),
          auc(p, y, w),
          brierSkill(p, y),
        ],
        [
          vectors.brier,
          vectors.brierWeighted,
          vectors.logLoss,
          vectors.logLossWeighted,
          vectors.auc,
          vectors.aucWeighted,
          vectors.brierSkill,
        ],
      ),
    ).toBeLessThan(1e-12);
  });

  it("have the vector's reliability by bins of equal counts", () => {
    const bins = reliability(p, y);
    expect(gap([calibrationError(bins)], [vectors.equalMass10.ece])).toBeLessThan(1e-12);
    expect(
      gap(
        bins.map((bin) => bin.meanProbability),
        vectors.equalMass10.rows.map((row) => row.meanProbability),
      ),
    ).toBeLessThan(1e-12);
    expect(
      gap(
        bins.map((bin) => bin.observed),
        vectors.equalMass10.rows.map((row) => row.observed),
      ),
    ).toBeLessThan(1e-12);
  });

  it("name no skill and no area where one class is all there is", () => {
    const ones = new Uint8Array(3).fill(1);
    expect(brierSkill(Float64Array.of(0.5, 0.6, 0.7), ones)).toBeNaN();
    expect(auc(Float64Array.of(0.5, 0.6, 0.7), ones)).toBeNaN();
  });
});
