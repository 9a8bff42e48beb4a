/** @file Orders of the engine as Bybit's requests. */
import type { AmendOrder, BybitCategory, CreateOrder, TradingStop } from "../../../venues/index.ts";
import type { AmendRequest, OrderRequest, ProtectionRequest, Side, TimeInForce } from "../../broker.ts";

const TIMES = { gtc: "GTC", ioc: "IOC", fok: "FOK", "post-only": "PostOnly" } as const satisfies Record<
  TimeInForce,
  string
>;
const SIDES = { buy: "Buy", sell: "Sell" } as const satisfies Record<Side, string>;

/** The leg of hedge mode that an order opens or closes; 0 in one-way mode. */
function positionIndex(order: OrderRequest, hedged: boolean): 0 | 1 | 2 {
  if (!hedged) return 0;
  const long = (order.side === "buy") !== order.reduceOnly;
  return long ? 1 : 2;
}

export function createRequest(order: OrderRequest, category: BybitCategory, hedged: boolean): CreateOrder {
  const { trigger, stopPrice, targetPrice, price } = order;
  const limit = order.type === "limit";
  const shared = {
    symbol: order.symbol,
    side: SIDES[order.side],
    orderType: limit ? "Limit" : "Market",
    qty: order.quantity,
    orderLinkId: order.clientOrderId,
    ...(limit ? { timeInForce: TIMES[order.timeInForce] } : {}),
    ...(limit && price !== undefined ? { price } : {}),
    ...(stopPrice === undefined ? {} : { stopLoss: stopPrice }),
    ...(targetPrice === undefined ? {} : { takeProfit: targetPrice }),
  } as const;
  if (category === "spot") {
    // Without them a market buy's quantity would be a value, and a sale could borrow.
    const spot = { ...shared, isLeverage: 0, marketUnit: "baseCoin" } as const;
    return trigger === undefined ? spot : { ...spot, orderFilter: "StopOrder", triggerPrice: trigger.price };
  }
  const bracketed = stopPrice !== undefined || targetPrice !== undefined;
  return {
    ...shared,
    positionIdx: positionIndex(order, hedged),
    reduceOnly: order.reduceOnly,
    ...(bracketed ? ({ tpslMode: "Full", tpTriggerBy: "LastPrice", slTriggerBy: "LastPrice" } as const) : {}),
    ...(trigger === undefined
      ? {}
      : {
          triggerPrice: trigger.price,
          triggerDirection: trigger.when === "rises" ? 1 : 2,
          triggerBy: trigger.by === "mark" ? "MarkPrice" : "LastPrice",
          closeOnTrigger: order.reduceOnly,
        }),
  };
}

export function amendRequest(request: AmendRequest): AmendOrder {
  return {
    symbol: request.symbol,
    orderLinkId: request.clientOrderId,
    ...(request.quantity === undefined ? {} : { qty: request.quantity }),
    ...(request.price === undefined ? {} : { price: request.price }),
  };
}

/** Stop and target of a whole position; "0" takes one away, and what isn't named stays. */
export function tradingStopRequest(request: ProtectionRequest, hedged: boolean): TradingStop {
  const { stopPrice, targetPrice } = request;
  return {
    symbol: request.symbol,
    tpslMode: "Full",
    positionIdx: hedged ? (request.held === "long" ? 1 : 2) : 0,
    ...(stopPrice === undefined ? {} : { stopLoss: stopPrice ?? "0", slTriggerBy: "LastPrice" as const }),
    ...(targetPrice === undefined ? {} : { takeProfit: targetPrice ?? "0", tpTriggerBy: "LastPrice" as const }),
  };
}
