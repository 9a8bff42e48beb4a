/** @file A contract of Bybit as the rules that the engine's clamp keeps. */
import { type DecimalText, exactText, ZERO_TEXT } from "../../../core/index.ts";
import type { LinearContractRow, SpotContractRow } from "../../../venues/index.ts";
import type { OrderRules, SymbolStatus } from "../../order-rules.ts";

const STATUSES: Readonly<Record<string, SymbolStatus>> = {
  Trading: "trading",
  Settling: "reduce-only",
  Delivering: "reduce-only",
  Closed: "closed",
};

const ONE = exactText("1");
/** Spot has neither leverage nor bounds of price. */
const NO_BOUND = exactText("999999999999");

export type PriceBand = { readonly buyLmt: string; readonly sellLmt: string };

function bound(text: string): DecimalText {
  return text === "" ? ZERO_TEXT : exactText(text);
}

function isLinear(row: LinearContractRow | SpotContractRow): row is LinearContractRow {
  return "leverageFilter" in row;
}

export function orderRules(row: LinearContractRow | SpotContractRow, band: PriceBand | undefined): OrderRules {
  const shared = {
    symbol: row.symbol,
    status: STATUSES[row.status] ?? "paused",
    tick: exactText(row.priceFilter.tickSize),
    multiplier: ONE,
    ...(band === undefined ? {} : { highestBuy: exactText(band.buyLmt), lowestSell: exactText(band.sellLmt) }),
  };
  if (!isLinear(row)) {
    const { lotSizeFilter } = row;
    return {
      ...shared,
      lotStep: exactText(lotSizeFilter.basePrecision),
      // What the venue calls the minimum quantity of spot is deprecated: value decides.
      minQuantity: exactText(lotSizeFilter.basePrecision),
      maxLimitQuantity: bound(lotSizeFilter.maxLimitOrderQty),
      maxMarketQuantity: bound(lotSizeFilter.maxMarketOrderQty),
      minNotional: bound(lotSizeFilter.minOrderAmt),
      minPrice: shared.tick,
      maxPrice: NO_BOUND,
      leverageStep: ONE,
      maxLeverage: ONE,
    };
  }
  const { lotSizeFilter, priceFilter, leverageFilter, deliveryTime } = row;
  return {
    ...shared,
    lotStep: exactText(lotSizeFilter.qtyStep),
    minQuantity: exactText(lotSizeFilter.minOrderQty),
    maxLimitQuantity: bound(lotSizeFilter.maxOrderQty),
    maxMarketQuantity: bound(lotSizeFilter.maxMktOrderQty),
    minNotional: bound(lotSizeFilter.minNotionalValue),
    minPrice: priceFilter.minPrice === "" ? shared.tick : exactText(priceFilter.minPrice),
    maxPrice: priceFilter.maxPrice === "" ? NO_BOUND : exactText(priceFilter.maxPrice),
    leverageStep: exactText(leverageFilter.leverageStep),
    maxLeverage: exactText(leverageFilter.maxLeverage),
    ...(deliveryTime === 0 ? {} : { deliveryMs: deliveryTime }),
  };
}
