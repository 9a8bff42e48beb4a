/** @file What may go wrong in a simulated day, and how often; and the faults that are planted to see whether it is noticed. */

export type FaultRates = {
  /** Of a request: lost on its way, its reply lost, delayed by seconds. */
  readonly lostRequest: number;
  readonly lostReply: number;
  readonly lateRequest: number;
  /** Of a stream event: never sent, sent twice. */
  readonly omitted: number;
  readonly duplicated: number;
  /** Of an input: the process dies while it is handled. */
  readonly crash: number;
  /** A day. */
  readonly disconnects: number;
  readonly commands: number;
  /** Of a bracket that goes with an order: not placed. Of a market order: filled in part. Of an entry: refused. */
  readonly lostBracket: number;
  readonly partialFill: number;
  readonly refusal: number;
};

export const DAY_FAULTS: FaultRates = {
  lostRequest: 0.02,
  lostReply: 0.03,
  lateRequest: 0.02,
  omitted: 0.02,
  duplicated: 0.05,
  crash: 0.003,
  disconnects: 8,
  commands: 2,
  lostBracket: 0.1,
  partialFill: 0.15,
  refusal: 0.03,
};

/** Faults enough that a planted defect shows within a few days. */
const ROUGH_FAULTS: FaultRates = {
  ...DAY_FAULTS,
  lostReply: 0.15,
  omitted: 0.2,
  crash: 0.02,
  commands: 6,
};

export const NO_FAULTS: FaultRates = {
  lostRequest: 0,
  lostReply: 0,
  lateRequest: 0,
  omitted: 0,
  duplicated: 0,
  crash: 0,
  disconnects: 0,
  commands: 0,
  lostBracket: 0,
  partialFill: 0,
  refusal: 0,
};

/** Each is a defect that an engine could have; a simulated day must notice it. */
export const PLANTED_FAULTS = [
  /** After an outcome that is not known the order is sent again under another id. */
  "blind-resend",
  /** One client id serves two orders. */
  "reused-id",
  /** A reconnection is not noticed, and nobody looks at the venue. */
  "missed-reconnect",
  /** Protection is said to be placed and is not. */
  "stop-not-replaced",
  "funding-as-fill",
  /** Orders leave before the journal has them. */
  "sent-before-journal",
  /** Intents are written and not flushed. */
  "not-flushed",
  /** What was under way when the process died is sent again, under another id. */
  "resent-at-start",
  /** A duplicated execution is booked twice. */
  "booked-twice",
  "halt-ignored",
  "cap-ignored",
  /** An unknown order is taken for a refused one. */
  "unknown-as-rejected",
] as const;

/** Of stops and targets that are orders of their own: seen on days of spot. */
export const PLANTED_SPOT_FAULTS = [
  /** A stop or target is said to be placed and is not. */
  "guard-not-placed",
  /** One that outlives its holding is said to be cancelled and is not. */
  "guard-not-cancelled",
] as const;
export type PlantedFault = (typeof PLANTED_FAULTS)[number] | (typeof PLANTED_SPOT_FAULTS)[number];

/**
 * Faults under which a planted defect shows within a few days. That a lost reply was taken for a refusal is seen where the
 * stream does not tell of the order either.
 */
export function faultsThatShow(planted: PlantedFault): FaultRates {
  return planted === "unknown-as-rejected" ? { ...ROUGH_FAULTS, omitted: 0.6, crash: DAY_FAULTS.crash } : ROUGH_FAULTS;
}
