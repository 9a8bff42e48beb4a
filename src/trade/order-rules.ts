/** @file What a venue demands of an order of one symbol: grids, bounds, bands. Exact, as the venue says it. */
import type { DecimalText } from "../core/index.ts";

export type SymbolStatus =
  | "trading"
  /** Halted, in settlement or not yet live: nothing is sent. */
  | "paused"
  /** Only closing is accepted. */
  | "reduce-only"
  /** Delisted or delivered. */
  | "closed";

export type OrderRules = {
  readonly symbol: string;
  readonly status: SymbolStatus;
  readonly tick: DecimalText;
  readonly lotStep: DecimalText;
  /** Base units a contract stands for. */
  readonly multiplier: DecimalText;
  readonly minQuantity: DecimalText;
  /** "0" where there is no bound. */
  readonly maxLimitQuantity: DecimalText;
  readonly maxMarketQuantity: DecimalText;
  /** Quote currency. */
  readonly minNotional: DecimalText;
  readonly minPrice: DecimalText;
  readonly maxPrice: DecimalText;
  /** The band in which the venue accepts prices now; absent where it has none. */
  readonly highestBuy?: DecimalText;
  readonly lowestSell?: DecimalText;
  readonly leverageStep: DecimalText;
  readonly maxLeverage: DecimalText;
  /** When the contract expires or is delisted; absent where neither is planned. */
  readonly deliveryMs?: number;
};
