/**
 * @file What a model is asked about a bar. A decision at the close of bar `t` enters at the open of `t + 1`, the first price
 * that can be traded, and every label is made of prices from there on.
 */

/** Prices of one symbol by bar; a bar without one has NaN. */
export type Prices = {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
};

export type LabelSpan = {
  /** First and last bar whose prices the label knows, both included. */
  readonly from: number;
  readonly to: number;
};

export type ReturnLabel = LabelSpan & {
  /** ln(exit / entry). */
  readonly logReturn: number;
};

/** Return from the open after the decision to the open `horizon` bars later; undefined where one of them is missing. */
export function forwardReturn({ open }: Prices, decision: number, horizon: number): ReturnLabel | undefined {
  const from = decision + 1;
  const to = from + horizon;
  const logReturn = Math.log(open[to] / open[from]);
  return to < open.length && Number.isFinite(logReturn) ? { from, to, logReturn } : undefined;
}

/**
 * Cut points of `classes` equal parts of the returns of the training rows (linear interpolation between order
 * statistics); class `c` is the number of cut points below a return.
 */
export function quantileCuts(returns: Float64Array, classes: number): number[] {
  const sorted = returns.slice().sort();
  return Array.from({ length: classes - 1 }, (_, k) => {
    const at = ((k + 1) / classes) * (sorted.length - 1);
    const low = Math.floor(at);
    return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  });
}

export function classOf(value: number, cuts: readonly number[]): number {
  return cuts.reduce((count, cut) => count + (value > cut ? 1 : 0), 0);
}

export type BarrierSettings = {
  /** Distance of the upper and the lower barrier in units of sigma sqrt(bars). */
  readonly upper: number;
  readonly lower: number;
  /** Bars that are held at most. */
  readonly bars: number;
};

export type BarrierLabel = LabelSpan & {
  readonly touched: "upper" | "lower" | "time";
  /** 1, -1 or 0 by what was touched. */
  readonly label: -1 | 0 | 1;
  readonly entry: number;
  readonly exit: number;
  /** exit / entry - 1. */
  readonly grossReturn: number;
};

/**
 * Triple barrier (Lopez de Prado, "Advances in financial machine learning", 2018, ch. 3), by the rules of the simulated
 * exchange: both barriers in one bar count as the lower, a gap beyond one exits at the open, the time barrier at the close.
 * @param sigma deviation of a bar's log return, known at the close of the decision's bar
 * @returns undefined where the data end before a barrier is met
 */
export function tripleBarrier(
  prices: Prices,
  decision: number,
  sigma: number,
  settings: BarrierSettings,
): BarrierLabel | undefined {
  const from = decision + 1;
  const entry = prices.open[from];
  const reach = sigma * Math.sqrt(settings.bars);
  if (!(entry > 0 && reach > 0)) return undefined;
  const upper = entry * (1 + settings.upper * reach);
  const lower = entry * (1 - settings.lower * reach);
  const last = from + settings.bars - 1;
  const ended = (touched: "upper" | "lower" | "time", to: number, exit: number): BarrierLabel => ({
    from,
    to,
    touched,
    label: touched === "upper" ? 1 : touched === "lower" ? -1 : 0,
    entry,
    exit,
    grossReturn: exit / entry - 1,
  });
  for (let bar = from; bar <= last; bar++) {
    if (bar >= prices.open.length) return undefined;
    // Nothing was traded: no barrier can be met in a bar that is missing.
    if (!(prices.close[bar] > 0)) continue;
    if (prices.low[bar] <= lower) return ended("lower", bar, Math.min(lower, prices.open[bar]));
    if (prices.high[bar] >= upper) return ended("upper", bar, Math.max(upper, prices.open[bar]));
    if (bar === last) return ended("time", bar, prices.close[bar]);
  }
  return undefined;
}

/**
 * Deviation of log returns by exponentially weighted squares, known at the close of each bar: lambda of the last value
 * and 1 - lambda of the bar's own square; started with the population variance of the first `start` returns, so that the
 * values of those first bars know their future: labels begin after them.
 */
export function ewmaDeviation(close: Float64Array, lambda = 0.94, start = 10): Float64Array {
  const returns: number[] = [];
  for (let bar = 1; bar < close.length && returns.length < start; bar++) {
    const r = Math.log(close[bar] / close[bar - 1]);
    if (Number.isFinite(r)) returns.push(r);
  }
  const mean = returns.reduce((sum, r) => sum + r, 0) / returns.length;
  let variance = returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / returns.length;
  const out = new Float64Array(close.length);
  for (let bar = 0; bar < close.length; bar++) {
    // The first bar has no return: it counts as one of nothing.
    const r = bar === 0 ? 0 : Math.log(close[bar] / close[bar - 1]);
    if (Number.isFinite(r)) variance = lambda * variance + (1 - lambda) * r * r;
    out[bar] = Math.sqrt(variance);
  }
  return out;
}
