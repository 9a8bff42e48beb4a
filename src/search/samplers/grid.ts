/** @file Grid search: every combination once, in an order shuffled by the seed so that an early stop has seen all corners. */
import { canonicalJson, configValueError, Random } from "../../core/index.ts";
import { type Dimension, isSingle, type Params, type ParamValue, type Space, toExternal, toNearest } from "../space.ts";
import type { Sampler } from "./sampler.ts";

export type GridOptions = {
  /** Points of a dimension that has more values than this, evenly spaced on its scale, ends included. */
  readonly resolution: number;
};

const MOST_POINTS = 1_000_000;

/** The values of one dimension on the grid. */
export function gridValues(dimension: Dimension, resolution: number): readonly ParamValue[] {
  if (dimension.kind === "categorical") return dimension.choices;
  if (isSingle(dimension)) return [dimension.low];
  const { low, high, log, step } = dimension;
  const count = step === null ? Number.POSITIVE_INFINITY : Math.round((high - low) / step) + 1;
  if (!log && step !== null && count <= resolution) {
    return Array.from({ length: count }, (_, k) => toExternal(dimension, toNearest(dimension, low + k * step)));
  }
  const points = Math.min(count, resolution);
  const values = Array.from({ length: points }, (_, k) => {
    const share = points === 1 ? 0.5 : k / (points - 1);
    const x = log ? Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low))) : low + share * (high - low);
    return toNearest(dimension, x);
  });
  return [...new Set(values)];
}

/** The k-th combination, the first name turning slowest. */
function combination(columns: ReadonlyArray<readonly [string, readonly ParamValue[]]>, k: number): Params {
  const params: Record<string, ParamValue> = {};
  let rest = k;
  for (let c = columns.length - 1; c >= 0; c--) {
    const [name, values] = columns[c];
    params[name] = values[rest % values.length];
    rest = Math.floor(rest / values.length);
  }
  return params;
}

function gridColumns(space: Space, resolution: number): ReadonlyArray<readonly [string, readonly ParamValue[]]> {
  return [...space].map(([name, dimension]) => [name, gridValues(dimension, resolution)] as const);
}

/** Number of combinations of a grid. */
export function gridSize(space: Space, options: GridOptions): number {
  return gridColumns(space, options.resolution).reduce((product, [, values]) => product * values.length, 1);
}

export function gridSampler(options: GridOptions): Sampler {
  return {
    name: "grid",
    suggest({ seed, space, trials }) {
      const columns = gridColumns(space, options.resolution);
      const size = columns.reduce((product, [, values]) => product * values.length, 1);
      if (size > MOST_POINTS) {
        throw configValueError(
          "sampler.resolution",
          options.resolution,
          `small enough for ${MOST_POINTS} combinations`,
        );
      }
      // A failed combination is not tried again: it counts as seen, like every other.
      const seen = new Set(trials.map((trial) => canonicalJson(trial.params)));
      const order = Uint32Array.from({ length: size }, (_, k) => k);
      new Random(seed).fork("grid").shuffle(order);
      for (const k of order) {
        const params = combination(columns, k);
        if (!seen.has(canonicalJson(params))) return params;
      }
      return undefined;
    },
  };
}
