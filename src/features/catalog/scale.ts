/** @file The unit in which features measure distances between prices. */

/** Bars of the average true range that price distances are divided by, so that no feature depends on the price level. */
export const ATR_PERIOD = 14;

/** Greatest distance, in that unit, that a feature tells apart. */
export const FAR = 50;
