/**
 * @file A robust standard deviation of log returns: 1.4826 times the median absolute deviation, which equals the standard
 * deviation for a normal distribution and ignores what the tails do (Hampel, 1974).
 */

/** Returns that are looked at; of longer history every n-th. */
const MOST_RETURNS = 100_000;
const NORMAL_CONSISTENCY = 1.4826;

/** Zero where fewer than two returns can be computed or more than half of the prices stand still. */
export function outlierScale(close: Float64Array): number {
  // The middle of a hundred thousand returns is that of millions.
  const stride = Math.ceil(Math.max(1, close.length - 1) / MOST_RETURNS);
  const returns = new Float64Array(Math.ceil(Math.max(0, close.length - 1) / stride));
  let count = 0;
  for (let i = 1; i < close.length; i += stride) {
    const change = Math.log(close[i] / close[i - 1]);
    if (Number.isFinite(change)) returns[count++] = change;
  }
  if (count < 2) return 0;
  const valid = returns.subarray(0, count);
  const center = median(valid);
  for (let i = 0; i < count; i++) valid[i] = Math.abs(valid[i] - center);
  return NORMAL_CONSISTENCY * median(valid);
}

/** Sorts its argument. */
function median(values: Float64Array): number {
  values.sort();
  const middle = values.length >>> 1;
  return values.length % 2 === 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}
