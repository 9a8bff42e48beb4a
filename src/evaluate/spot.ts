/** @file A market as its spot holdings: what somebody has who buys the coins and puts them away. */
import { type Instrument, InstrumentKind } from "../core/index.ts";
import { type MarketTape, withoutMarks } from "../market/index.ts";

/** The contract as its spot market: no leverage, no shorts, no funding, no maintenance margin. */
function spotOf({ fundingIntervalHours: _none, ...instrument }: Instrument): Instrument {
  return { ...instrument, kind: InstrumentKind.spot, maxLeverage: 1, maintenanceMarginRate: 0 };
}

/** The same market with its first `count` symbols, or all of them, as spot holdings. */
export function asSpot(tape: MarketTape, count = tape.symbols): MarketTape {
  const S = tape.symbols;
  return {
    // What is held outright is worth what it trades at.
    ...withoutMarks(tape, count),
    instruments: tape.instruments.map((instrument, s) => (s < count ? spotOf(instrument) : instrument)),
    funding: tape.funding.map((rate, cell) => (cell % S < count ? 0 : rate)),
    fingerprint: `${tape.fingerprint}+spot`,
  };
}

/** Whether any contract pays funding or can be liquidated, so that holding it is not holding the thing itself. */
export function isMargined({ instruments }: MarketTape): boolean {
  return instruments.some(
    ({ kind, fundingIntervalHours, maintenanceMarginRate }) =>
      kind !== InstrumentKind.spot && (fundingIntervalHours !== undefined || maintenanceMarginRate > 0),
  );
}
