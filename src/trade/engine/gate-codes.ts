/** @file What the pre-trade gate may say of an order, each with a code of the catalog that stands in the journal. */
import type { ErrorCode } from "../../core/index.ts";

/** Verdicts of the gate. Only what opens or adds can be denied by them; closing is refused for its form alone. */
export const GATE_CODES = [
  "GATE_STATE",
  "GATE_RECONCILING",
  "GATE_SESSION",
  "GATE_REGIME",
  "GATE_SYMBOL",
  "GATE_EXPIRY",
  "GATE_COOLDOWN",
  "GATE_CONCURRENCY",
  "GATE_POSITION_CAP",
  "GATE_TOTAL_CAP",
  "GATE_LEVERAGE",
  "GATE_ORDER_LOSS",
  "GATE_WALLET",
  "GATE_QUOTE_AGE",
  "GATE_PRICE_BAND",
  "GATE_MIN_QUANTITY",
  "GATE_MIN_NOTIONAL",
  "GATE_SHORT",
  "GATE_DUPLICATE",
  "GATE_CLASS",
  "GATE_STOP",
] as const satisfies readonly ErrorCode[];

export type GateCode = (typeof GATE_CODES)[number];
