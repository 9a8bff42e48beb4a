/**
 * @file The best policy of a market whose state follows `x' = persistence * x + noise * e` with standard normal `e`, where a
 * position earns `drift * x` a step in the mean and every unit of change costs: average-reward dynamic programming
 * (relative value iteration; Puterman, "Markov decision processes", 1994, section 8.5) on a grid of states.
 */
import { InvariantError, normalCdf } from "../../../core/index.ts";

export type LinearMarket = {
  readonly persistence: number;
  readonly noise: number;
  /** Expected move of a step, by unit of state. */
  readonly drift: number;
  /** Paid for each unit of position change. */
  readonly cost: number;
};

export type BestPolicy = {
  /** Average reward of a step. */
  readonly reward: number;
  /** The best of -1, 0, 1 in state `x` with what is held. */
  readonly choose: (x: number, position: number) => number;
};

const POINTS = 201;
/** Half-width of the grid in standard deviations of the state. */
const REACH = 5;
const TOLERANCE = 1e-10;
const MOST_SWEEPS = 100_000;
const POSITIONS = [-1, 0, 1] as const;

/** Probabilities `[POINTS*POINTS]` of the next grid cell: of all that lies nearer to it than to any other. */
function transitions(market: LinearMarket, grid: Float64Array): Float64Array {
  const p = new Float64Array(POINTS * POINTS);
  const half = (grid[1] - grid[0]) / 2;
  for (let i = 0; i < POINTS; i++) {
    const center = market.persistence * grid[i];
    let below = 0;
    for (let j = 0; j < POINTS; j++) {
      const upTo = j === POINTS - 1 ? 1 : normalCdf((grid[j] + half - center) / market.noise);
      p[i * POINTS + j] = upTo - below;
      below = upTo;
    }
  }
  return p;
}

/** Solves the market; a few hundred sweeps over 603 states. */
export function bestPolicy(market: LinearMarket): BestPolicy {
  const deviation = market.noise / Math.sqrt(1 - market.persistence ** 2);
  const grid = Float64Array.from({ length: POINTS }, (_, i) => deviation * REACH * ((2 * i) / (POINTS - 1) - 1));
  const p = transitions(market, grid);
  // What follows a choice, before its cost: q[a][i] = a * expected move + expected value of the next state.
  const q = POSITIONS.map(() => new Float64Array(POINTS));
  let value = POSITIONS.map(() => new Float64Array(POINTS));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    expectValues(market, grid, p, value, q);
    const next = POSITIONS.map((position) =>
      Float64Array.from(grid, (_, i) => bestOf(q, i, 0, position, market).total),
    );
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const [a, row] of next.entries()) {
      for (let i = 0; i < POINTS; i++) {
        least = Math.min(least, row[i] - value[a][i]);
        most = Math.max(most, row[i] - value[a][i]);
      }
    }
    const origin = next[1][(POINTS - 1) / 2];
    value = next.map((row) => row.map((v) => v - origin));
    if (most - least < TOLERANCE * Math.max(1, deviation)) {
      expectValues(market, grid, p, value, q);
      return { reward: (least + most) / 2, choose: (x, position) => choiceAt(q, grid, market, x, position) };
    }
  }
  throw new InvariantError("relative value iteration converges", JSON.stringify(market));
}

function expectValues(
  market: LinearMarket,
  grid: Float64Array,
  p: Float64Array,
  value: readonly Float64Array[],
  q: readonly Float64Array[],
): void {
  for (const [a, position] of POSITIONS.entries()) {
    for (let i = 0; i < POINTS; i++) {
      let expected = position * market.drift * grid[i];
      for (let j = 0; j < POINTS; j++) expected += p[i * POINTS + j] * value[a][j];
      q[a][i] = expected;
    }
  }
}

/** The best choice `fraction` of the way from grid point `i` to the next. */
function bestOf(
  q: readonly Float64Array[],
  i: number,
  fraction: number,
  held: number,
  market: LinearMarket,
): { position: number; total: number } {
  let position = 0;
  let total = Number.NEGATIVE_INFINITY;
  for (const [a, candidate] of POSITIONS.entries()) {
    const here = q[a][i];
    const after = fraction === 0 ? here : here + fraction * (q[a][i + 1] - here);
    const sum = after - market.cost * Math.abs(candidate - held);
    if (sum > total) {
      total = sum;
      position = candidate;
    }
  }
  return { position, total };
}

function choiceAt(
  q: readonly Float64Array[],
  grid: Float64Array,
  market: LinearMarket,
  x: number,
  position: number,
): number {
  const place = Math.min(Math.max((x - grid[0]) / (grid[1] - grid[0]), 0), POINTS - 1.000001);
  const i = Math.floor(place);
  return bestOf(q, i, place - i, position, market).position;
}
