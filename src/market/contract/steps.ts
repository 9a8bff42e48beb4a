/**
 * @file Price and quantity steps of a contract whose venue tells none. They come from the size of the numbers, never from
 * how a file spells them: so fine that rounding to them is nothing, whatever the spelling was.
 */

/** A guessed price step is at most this share of the lowest price. */
const TICK_SHARE = 1e-4;
/** A guessed lot is worth at most about this share of the smallest order. */
const LOT_SHARE = 1e-6;
/** Eight decimals is what exchanges of coins keep at most. */
const USUAL_DECIMALS = 8;
const MAX_DECIMALS = 20;
/** How far a price may lie beside the grid: what is nearer is noise of binary floats. */
const NOISE = 1e-9;

/** "0.001" for 3, without an exponent. */
function decimalStep(decimals: number): string {
  return decimals <= 0 ? `1${"0".repeat(-decimals)}` : `0.${"0".repeat(decimals - 1)}1`;
}

/** A power of ten on whose grid all prices lie, but for noise, and which is small beside the lowest of them. */
export function guessedTick(prices: readonly Float64Array[], lowest: number): string {
  let decimals = Math.max(USUAL_DECIMALS, Math.ceil(-Math.log10(lowest * TICK_SHARE) - 1e-9));
  while (decimals < MAX_DECIMALS && !prices.every((column) => liesOnGrid(column, decimals))) decimals++;
  return decimalStep(Math.min(MAX_DECIMALS, decimals));
}

function liesOnGrid(column: Float64Array, decimals: number): boolean {
  const scale = 10 ** decimals;
  for (let i = 0; i < column.length; i++) {
    const ticks = column[i] * scale;
    if (Math.abs(ticks - Math.round(ticks)) > Math.max(NOISE * ticks, 1e-6)) return false;
  }
  return true;
}

/** A power of ten whose worth at the highest price is nothing beside the smallest order. */
export function guessedLot(highest: number, minNotional: number): string {
  const smallest = minNotional > 0 ? minNotional : highest;
  const decimals = Math.ceil(-Math.log10((LOT_SHARE * smallest) / highest) - 1e-9);
  // A grid finer than eight decimals only for what is so dear that even such a lot has a price.
  const isCheapEnough = 10 ** -USUAL_DECIMALS * highest <= 0.01 * smallest;
  return decimalStep(Math.max(0, isCheapEnough ? Math.min(USUAL_DECIMALS, decimals) : decimals));
}
