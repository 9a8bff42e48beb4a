/** @file The smallest order where a venue tells none: about five dollars' worth, in the size of the quote currency itself. */

/** Powers of ten and halves of them: an order of size, not a rate of exchange. */
const SIZES: Readonly<Record<string, number>> = {
  BTC: 0.0001,
  XBT: 0.0001,
  ETH: 0.002,
  BNB: 0.01,
  JPY: 500,
  KRW: 5000,
  IDR: 50_000,
  VND: 100_000,
  CLP: 5000,
  COP: 20_000,
  ARS: 5000,
  KZT: 2000,
  NGN: 5000,
  HUF: 2000,
  INR: 500,
  RUB: 500,
  PHP: 200,
  THB: 200,
  UAH: 200,
  TRY: 100,
  MXN: 100,
  TWD: 100,
  ZAR: 100,
  CZK: 100,
};

export function guessedMinimum(quote: string): number {
  return SIZES[quote] ?? 5;
}
