/**
 * @file Log-gamma and its derivatives in float64 for arguments above zero: the recurrence up to 20, then Stirling's series
 * with Bernoulli numbers (Abramowitz and Stegun 6.1.41, 6.3.18, 6.4.12). Good to about 1e-14.
 */
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

export function logGamma(z: number): number {
  let shift = 0;
  let x = z;
  for (; x < 20; x++) shift += Math.log(x);
  const series = BERNOULLI.reduce((total, b, k) => total + b / ((2 * k + 2) * (2 * k + 1) * x ** (2 * k + 1)), 0);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

export function digamma(z: number): number {
  let shift = 0;
  let x = z;
  for (; x < 20; x++) shift += 1 / x;
  const series = BERNOULLI.reduce((total, b, k) => total + b / ((2 * k + 2) * x ** (2 * k + 2)), 0);
  return Math.log(x) - 0.5 / x - series - shift;
}

export function trigamma(z: number): number {
  let shift = 0;
  let x = z;
  for (; x < 20; x++) shift += 1 / (x * x);
  const series = BERNOULLI.reduce((total, b, k) => total + b / x ** (2 * k + 3), 0);
  return 1 / x + 0.5 / (x * x) + series + shift;
}
