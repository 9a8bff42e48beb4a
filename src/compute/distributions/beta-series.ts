/**
 * @file Log-gamma and its derivatives for arguments of 1 and above, as polynomials in w = 1/z. What is left of each function
 * when its leading logarithms are taken away is smooth in w on [0, 1], so eight powers reach float32's own rounding:
 *
 *     c(z) = ln G(z) - ((z - 1/2) ln z - z + ln(2 pi) / 2)         error 1e-9
 *     h(z) = c(z) - (z - 1) (psi(z) - ln z) - 1/2                  error 9e-9
 *     d(z) = psi(z) - ln z                                         error 1e-8
 *     f(z) = (z - 1) psi1(z) - 1                                   error 1e-7
 *     t(z) = psi1(z)                                               error 4e-8
 *
 * Derived by interpolating z times each function at the eight Chebyshev points of w in [0, 1], with 40 digits. The tests
 * check them against sums of the defining series.
 *
 * The Beta distribution's formulas are rearranged so that large terms cancel on paper instead of in float32. With
 * s = a + b, and x' = ln(x s / a), y' = ln((1 - x) s / b):
 *
 *     ln p    = a x' + b y' - x' - y' - (ln a + ln b - 3 ln s) / 2 - ln(2 pi) / 2 - c(a) - c(b) + c(s)
 *     H       = (ln a + ln b - 3 ln s) / 2 + ln(2 pi) / 2 + 1/2 + h(a) + h(b) - h(s) - d(s)
 *     dlnp/da = x' + d(s) - d(a)
 *     dH/da   = f(s) - f(a) - t(s)
 */

/** Coefficients of w, w^2, ... w^8. */
export const SERIES = {
  c: [
    0.0833333365, -4.06289979e-7, -0.00276895876, -7.47310393e-5, 0.0011102485, -0.000722282262, 0.000202577014,
    -1.83159187e-5,
  ],
  h: [
    -0.333333322, -0.0833348787, -0.0110735358, 0.00795203817, 0.0067954739, -0.0101039732, 0.00521639041,
    -0.00105673524,
  ],
  d: [
    -0.50000001, -0.0833320916, -2.40818529e-5, 0.00849219679, -0.000366257414, -0.00427722149, 0.00300761516,
    -0.000715826356,
  ],
  f: [
    -0.499999768, -0.333362992, -0.166044078, -0.0382719461, 0.051921425, -0.00966038309, -0.00804001942, 0.00345788727,
  ],
  t: [0.999999875, 0.500016153, 0.16631618, 0.00296795075, -0.04589483, 0.0286203757, -0.00774174823, 0.000650072852],
} as const;

export const POWERS = 8;
export const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

type Series = keyof typeof SERIES;
/** Which series, times which factor, for each of a, b and s. */
export type SeriesTerms = readonly [a: SeriesSum, b: SeriesSum, s: SeriesSum];
type SeriesSum = Partial<Readonly<Record<Series, number>>>;

/** One column of coefficients for the powers of 1/a, 1/b and 1/s, in that order. */
export function seriesColumn(terms: SeriesTerms): number[] {
  return terms.flatMap((sums) =>
    Array.from({ length: POWERS }, (_, k) =>
      Object.entries(sums).reduce((total, [name, factor]) => total + factor * SERIES[name as Series][k], 0),
    ),
  );
}
