/**
 * @file A trained classifier as it is stored and asked: a forest or a linear score with its calibration, as plain JSON, as
 * an ONNX file for other programs, and as our own walk, which decides.
 */
import { exportClassifier, type ProbabilityPart } from "../../compute/index.ts";
import { invariant } from "../../core/index.ts";
import { type Calibration, calibrated } from "./calibration.ts";
import { Forest, type ForestData } from "./forest.ts";
import { type LinearModel, linearScore } from "./linear.ts";
import { writeProbabilities } from "./probability.ts";

/** JSON as it is; numbers survive the round trip exactly. */
export type ClassifierData = {
  readonly features: number;
  readonly classes: number;
  /** Of two classes; more have none. */
  readonly calibration: Calibration;
  readonly model:
    | { readonly kind: "forest"; readonly forest: ForestData }
    | ({ readonly kind: "linear" } & LinearModel);
};

export class Classifier {
  readonly data: ClassifierData;
  readonly #forest: Forest | undefined;
  readonly #scores: Float64Array;

  constructor(data: ClassifierData) {
    invariant(data.classes === 2 || data.calibration.kind === "none", "scores of two classes alone are calibrated");
    this.data = data;
    this.#forest = data.model.kind === "forest" ? new Forest(data.model.forest) : undefined;
    this.#scores = new Float64Array(this.#forest?.scores ?? 1);
  }

  /** The score of class 1 before its calibration, of two classes. */
  score(x: Float32Array, at: number): number {
    const { model } = this.data;
    if (model.kind === "linear") return linearScore(model, x, at);
    this.#forest?.writeScores(x, at, this.#scores, 0);
    return this.#scores[0];
  }

  /** Writes the probabilities of the classes of the row that begins at `at`; allocates nothing. */
  write(x: Float32Array, at: number, out: Float64Array, to: number): void {
    const { model, calibration, classes } = this.data;
    if (this.#forest !== undefined) this.#forest.writeScores(x, at, this.#scores, 0);
    else if (model.kind === "linear") this.#scores[0] = linearScore(model, x, at);
    if (classes > 2) {
      writeProbabilities(this.#scores, 0, classes, out, to);
      return;
    }
    const p = calibrated(calibration, this.#scores[0]);
    out[to] = 1 - p;
    out[to + 1] = p;
  }

  /** The file for `rows` rows at once: `features [rows, F]` to `probabilities [rows, classes]`. */
  toOnnx(rows: number, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const { model, features, calibration } = this.data;
    const score =
      model.kind === "forest"
        ? { kind: "trees" as const, start: model.forest.start, trees: model.forest.trees }
        : { kind: "linear" as const, intercept: model.intercept, coefficients: model.coefficients };
    return exportClassifier({ rows, features, score, probability: probabilityPart(calibration), metadata });
  }
}

function probabilityPart(calibration: Calibration): ProbabilityPart {
  if (calibration.kind === "none") return { kind: "sigmoid", slope: 1, offset: 0 };
  // Platt's exponent is written with the other sign.
  if (calibration.kind === "platt") return { kind: "sigmoid", slope: -calibration.slope, offset: -calibration.offset };
  return { kind: "lines", scores: calibration.scores, probabilities: calibration.probabilities };
}
