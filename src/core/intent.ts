/** @file What a policy wants, before anybody has decided how much or whether at all. */

export const Direction = {
  /** Keep the position as it is. */
  hold: 0,
  /** Have no position. */
  flat: 1,
  long: 2,
  short: 3,
} as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

/**
 * Intents of one account for every symbol of one bar, as columns so that a step allocates nothing. Zero means "none"
 * for the optional columns. Distances are shares of the entry price (0.02 = 2 %).
 */
export type IntentColumns = {
  /** `[S]` of Direction. */
  readonly direction: Uint8Array;
  /** `[S]` in [0, 1]: share of the notional that the sizing scheme allows. */
  readonly size: Float64Array;
  /** `[S]` stop distance, or 0. */
  readonly stopDistance: Float64Array;
  /** `[S]` target distance, or 0. */
  readonly targetDistance: Float64Array;
  /** `[S]` trailing-stop distance, or 0. */
  readonly trailDistance: Float64Array;
  /** `[S]` bars after which the position is closed, or 0. */
  readonly maxBars: Int32Array;
  /** `[S]` in [0, 1]: 1 takes liquidity at once, lower values accept a smaller share of the bar's volume. */
  readonly urgency: Float64Array;
};

export function intentColumns(symbols: number): IntentColumns {
  return {
    direction: new Uint8Array(symbols),
    size: new Float64Array(symbols),
    stopDistance: new Float64Array(symbols),
    targetDistance: new Float64Array(symbols),
    trailDistance: new Float64Array(symbols),
    maxBars: new Int32Array(symbols),
    urgency: new Float64Array(symbols).fill(1),
  };
}

/** Every symbol on hold, no brackets, full urgency. */
export function clearIntents(intents: IntentColumns): void {
  intents.direction.fill(Direction.hold);
  intents.size.fill(0);
  intents.stopDistance.fill(0);
  intents.targetDistance.fill(0);
  intents.trailDistance.fill(0);
  intents.maxBars.fill(0);
  intents.urgency.fill(1);
}
