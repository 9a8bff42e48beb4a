/** @file Series whose best policy is known: what to learn from, what the best earns, and the best itself to run beside. */
import { Random } from "../../../core/index.ts";
import { type BestPolicy, bestPolicy, type LinearMarket } from "./linear-market.ts";
import type { Series } from "./series.ts";

/** A position of -1, 0 or 1 for a row, given what is held. */
export type ChoosePosition = (row: number, position: number) => number;

export type KnownSeries = {
  readonly name: string;
  /** Paid for each unit of position change. */
  readonly cost: number;
  /** What the best policy earns a step in the long run, from theory or a long simulation. */
  readonly optimum: () => number;
  /**
   * Whether the policy must not see what it holds. A policy without memory of its own could keep one bit there: in the
   * hidden regime, holding on until a move of 0.8 the other way earns 62 % of the optimum, the last move alone 33 %.
   */
  readonly hidePosition: boolean;
  readonly series: (rows: number, seed: number) => Series;
  /** The best policy on that series. */
  readonly best: (series: Series) => ChoosePosition;
};

const AR_NOISE = 0.01;
const AR_PERSISTENCE = 0.5;
const OU_PERSISTENCE = 0.9;
const SINE_PERIOD = 50;
const REGIME = { drift: 0.1, noise: 0.5, switching: 0.02 } as const;
/** Of the Bayes filter over 20 million steps; standard error 0.00012. */
const REGIME_OPTIMUM = 0.0457;

/** Solved when it is first asked for: that takes a tenth of a second. */
function solved(market: LinearMarket, unit: number): Pick<KnownSeries, "optimum" | "best"> {
  let policy: BestPolicy | undefined;
  const solve = (): BestPolicy => (policy ??= bestPolicy(market));
  return {
    optimum: () => solve().reward,
    best: (series) => {
      const { choose } = solve();
      return (row, position) => choose(series.observed[row] * unit, position);
    },
  };
}

/** Returns with memory: `r' = 0.5 r + 0.01 e`; the policy sees `r` and earns the next one. */
export function autoregressive(cost: number): KnownSeries {
  const market = { persistence: AR_PERSISTENCE, noise: AR_NOISE, drift: AR_PERSISTENCE, cost };
  return {
    name: `ar-${cost}`,
    cost,
    hidePosition: false,
    // Shown in units of its innovation, so that the network sees numbers near one.
    ...solved(market, AR_NOISE),
    series: (rows, seed) => {
      const random = new Random(seed);
      const observed = new Float32Array(rows);
      const moves = new Float64Array(rows);
      let r = 0;
      for (let t = 0; t < rows; t++) {
        observed[t] = r / AR_NOISE;
        r = AR_PERSISTENCE * r + AR_NOISE * random.normal();
        moves[t] = r;
      }
      return { observed, features: 1, moves };
    },
  };
}

/** A price that is pulled back: `x' = 0.9 x + e`; the policy sees `x` and earns its change. */
export function meanReverting(cost: number): KnownSeries {
  const market = { persistence: OU_PERSISTENCE, noise: 1, drift: OU_PERSISTENCE - 1, cost };
  return {
    name: `ou-${cost}`,
    cost,
    hidePosition: false,
    ...solved(market, 1),
    series: (rows, seed) => {
      const random = new Random(seed);
      const observed = new Float32Array(rows);
      const moves = new Float64Array(rows);
      let x = 0;
      for (let t = 0; t < rows; t++) {
        observed[t] = x;
        const next = OU_PERSISTENCE * x + random.normal();
        moves[t] = next - x;
        x = next;
      }
      return { observed, features: 1, moves };
    },
  };
}

function sinePrice(t: number): number {
  return Math.sin((2 * Math.PI * t) / SINE_PERIOD);
}

/**
 * A price on a sine of period 50 and amplitude 1; the policy sees sine and cosine of the phase. The best policy turns at
 * every peak and trough: two moves of `2 cos(pi / 50)` and four units of change in a period.
 */
export function sine(cost: number): KnownSeries {
  return {
    name: `sine-${cost}`,
    cost,
    hidePosition: false,
    optimum: () => (4 * Math.cos(Math.PI / SINE_PERIOD) - 4 * cost) / SINE_PERIOD,
    series: (rows, seed) => {
      const phase = new Random(seed).below(SINE_PERIOD);
      const observed = new Float32Array(rows * 2);
      const moves = new Float64Array(rows);
      for (let t = 0; t < rows; t++) {
        const at = t + phase;
        observed[t * 2] = sinePrice(at);
        observed[t * 2 + 1] = sinePrice(at + SINE_PERIOD / 4);
        moves[t] = sinePrice(at + 1) - sinePrice(at);
      }
      return { observed, features: 2, moves };
    },
    // Around a peak that lies between two bars the move is zero but for rounding.
    best: (series) => (row, position) => (Math.abs(series.moves[row]) < 1e-9 ? position : Math.sign(series.moves[row])),
  };
}

/**
 * A drift of +-0.1 under noise of 0.5 that changes sign with probability 0.02 a step. The policy sees the last move only
 * and needs memory. Best is the side on which the Bayes filter sees the drift.
 */
export function hiddenRegime(): KnownSeries {
  const { drift: size, noise, switching } = REGIME;
  return {
    name: "hidden-regime",
    cost: 0,
    hidePosition: true,
    optimum: () => REGIME_OPTIMUM,
    series: (rows, seed) => {
      const random = new Random(seed);
      const observed = new Float32Array(rows);
      const moves = new Float64Array(rows);
      let drift = random.uniform() < 0.5 ? size : -size;
      let last = 0;
      for (let t = 0; t < rows; t++) {
        observed[t] = last;
        if (random.uniform() < switching) drift = -drift;
        last = drift + noise * random.normal();
        moves[t] = last;
      }
      return { observed, features: 1, moves };
    },
    best: (series) => {
      const side = new Int8Array(series.moves.length);
      // Log odds that the drift of the coming move is upward, before a switch: it turns odds nearer to even, never around.
      let odds = 0;
      for (let t = 0; t < side.length; t++) {
        side[t] = odds >= 0 ? 1 : -1;
        odds = switched(odds, switching) + (2 * size * series.moves[t]) / (noise * noise);
      }
      return (row) => side[row];
    },
  };
}

/** The best that can be had of the hidden regime without memory: the side of the last move. */
export function lastMove(series: Series): ChoosePosition {
  return (row) => (series.observed[row] < 0 ? -1 : 1);
}

/** Log odds after a chance of changing sides. */
function switched(odds: number, chance: number): number {
  const up = 1 / (1 + Math.exp(-odds));
  const after = up * (1 - chance) + (1 - up) * chance;
  return Math.log(after / (1 - after));
}
