/**
 * @file The contract of every differentiable operation: what ONNX Runtime computes is what the float64 reference computes,
 * and the gradient is the slope of the reference, measured by central differences at random points.
 */
import { Random } from "../../core/index.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { gradients } from "../gradient/gradients.ts";
import { add, mul } from "../ops/elementwise.ts";
import { sum } from "../ops/reduce.ts";
import { compileForward } from "../session/forward.ts";
import { constant, input, type Tensor } from "../tensor/tensor.ts";

/** A shape, with the range its random elements are drawn from. */
export type Operand = { readonly shape: readonly number[]; readonly lo?: number; readonly hi?: number };

export type GradientCase = {
  readonly operands: readonly Operand[];
  readonly build: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
  readonly seed?: number;
  readonly threads?: number;
};

export type GradientReport = {
  /** Largest error of a result, relative to `1 + |value|`: ONNX Runtime in float32 against the reference. */
  readonly forward: number;
  /** The same of the gradients, against the reference's analytic gradient. */
  readonly backward: number;
  /** The reference's analytic gradient against central differences, relative to `1 + |slope|`. */
  readonly slope: number;
  /** Elements whose slope was not zero: a check of nothing is not a check. */
  readonly informative: number;
};

const STEP = 1e-5;

function worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let error = actual.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]) / (1 + Math.abs(expected[i]));
    if (!(difference <= error)) error = difference;
  }
  return error;
}

/** Every result weighted by fixed random numbers and added up, so that each element's gradient is different. */
function weightedSum(results: readonly Tensor[], random: Random): Tensor {
  const parts = results.map((tensor) => {
    const weights = Float32Array.from({ length: tensor.size }, () => random.normal());
    return sum(mul(tensor, constant(weights, tensor.shape)));
  });
  return parts.reduce((total, part) => add(total, part));
}

export async function checkGradient({ operands, build, seed = 1, threads = 1 }: GradientCase): Promise<GradientReport> {
  const random = new Random(seed);
  const inputs = operands.map(({ shape }, i) => input(`x${i}`, shape));
  const built = build(...inputs);
  const results = Array.isArray(built) ? (built as readonly Tensor[]) : [built as Tensor];
  const loss = weightedSum(results, random);
  const slopes = gradients(loss, inputs);

  const points = inputs.map((tensor, i) => {
    const { lo = -2, hi = 2 } = operands[i];
    return Float32Array.from({ length: tensor.size }, () => lo + (hi - lo) * random.uniform());
  });
  const environment = new Map(inputs.map((tensor, i) => [tensor, Float64Array.from(points[i])]));
  const reference = evaluate([...results, ...slopes], environment);
  const measured = inputs.map((tensor) => {
    const point = environment.get(tensor) ?? new Float64Array(0);
    return Float64Array.from(point, (value, k) => {
      const at = (x: number): number => {
        point[k] = x;
        return evaluate([loss], environment)[0].data[0];
      };
      const slope = (at(value + STEP) - at(value - STEP)) / (2 * STEP);
      point[k] = value;
      return slope;
    });
  });

  const named = [...results, ...slopes].map((tensor, i) => [`y${i}`, tensor] as const);
  const session = await compileForward({ outputs: Object.fromEntries(named), threads });
  const feeds = Object.fromEntries(session.inputs.map(({ name }) => [name, points[Number(name.slice(1))]]));
  const outputs = await session.run(new Float32Array(0), feeds);
  const errors = named.map(([name], i) => worst(outputs[name], reference[i].data));
  await session.release();
  return {
    forward: Math.max(...errors.slice(0, results.length)),
    backward: Math.max(...errors.slice(results.length)),
    slope: Math.max(...measured.map((slope, i) => worst(reference[results.length + i].data, slope))),
    informative: measured.reduce((total, slope) => total + slope.filter((s) => s !== 0).length, 0),
  };
}
