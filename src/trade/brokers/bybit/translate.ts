/** @file Bybit's rows in the engine's words. Words that are new become `unknown`; nothing here throws on what a venue says. */
import { type DecimalText, decimal, exactText, splitSymbol, ZERO_TEXT } from "../../../core/index.ts";
import type { ExecutionRow, OrderRow, PositionRow, WalletRow } from "../../../venues/index.ts";
import type {
  BrokerBalance,
  BrokerExecution,
  BrokerOrder,
  BrokerPosition,
  ExecutionKind,
  OrderRole,
  OrderStatus,
  Side,
} from "../../broker.ts";
import { GUARD_ENDS } from "../../engine/client-order-id.ts";

const STATUSES: Readonly<Record<string, OrderStatus>> = {
  New: "new",
  Created: "new",
  Triggered: "new",
  Active: "new",
  Untriggered: "untriggered",
  PartiallyFilled: "partially-filled",
  Filled: "filled",
  Cancelled: "cancelled",
  PartiallyFilledCanceled: "cancelled",
  Deactivated: "cancelled",
  Rejected: "rejected",
};

const KINDS: Readonly<Record<string, ExecutionKind>> = {
  Trade: "trade",
  BlockTrade: "trade",
  MovePosition: "trade",
  FutureSpread: "trade",
  BustTrade: "liquidation",
  AdlTrade: "adl",
  Funding: "funding",
  Delivery: "delivery",
};

/** Decimal text of a field that may be empty or odd. */
export function amount(text: string): DecimalText {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? exactText(text) : ZERO_TEXT;
}

/** A price, or undefined where there is none: the venue writes "" and "0". */
function price(text: string): DecimalText | undefined {
  const value = amount(text);
  return value === ZERO_TEXT ? undefined : value;
}

function sideOf(text: string): Side {
  return text === "Sell" ? "sell" : "buy";
}

function roleOf(row: { orderLinkId: string; createType: string; stopOrderType: string }): OrderRole {
  if (row.orderLinkId.endsWith(GUARD_ENDS.stop)) return "stop";
  if (row.orderLinkId.endsWith(GUARD_ENDS.target)) return "target";
  if (row.orderLinkId !== "") return "ours";
  const words = `${row.createType} ${row.stopOrderType}`;
  if (/Adl/i.test(words)) return "adl";
  if (/Liq|TakeOver/i.test(words)) return "liquidation";
  if (/Trailing/i.test(words)) return "trail";
  if (/StopLoss/i.test(words)) return "stop";
  return /TakeProfit/i.test(words) ? "target" : "venue";
}

export function brokerOrder(row: OrderRow): BrokerOrder {
  const limit = price(row.price);
  const trigger = price(row.triggerPrice);
  const reason = [row.rejectReason, row.cancelType].find(
    (word) => word !== "" && word !== "EC_NoError" && word !== "UNKNOWN",
  );
  const status = STATUSES[row.orderStatus] ?? "unknown";
  // An order that never traded because the venue would not have it was rejected, whatever it is called.
  const refused =
    status === "cancelled" &&
    row.rejectReason.startsWith("EC_") &&
    row.rejectReason !== "EC_NoError" &&
    amount(row.cumExecQty) === ZERO_TEXT;
  const unfilled = /NoImmediateQty|PerCancelRequest/.test(row.rejectReason);
  return {
    orderId: row.orderId,
    clientOrderId: row.orderLinkId,
    ...(row.parentOrderLinkId === "" ? {} : { parentClientOrderId: row.parentOrderLinkId }),
    role: roleOf(row),
    symbol: row.symbol,
    side: sideOf(row.side),
    type: row.orderType === "Limit" ? "limit" : "market",
    status: refused && !unfilled ? "rejected" : status,
    quantity: amount(row.qty),
    filled: amount(row.cumExecQty),
    averagePrice: amount(row.avgPrice),
    ...(limit === undefined ? {} : { price: limit }),
    ...(trigger === undefined ? {} : { triggerPrice: trigger }),
    reduceOnly: row.reduceOnly,
    ...(reason === undefined ? {} : { reason }),
    createdMs: row.createdTime,
    updatedMs: row.updatedTime,
  };
}

export function brokerExecution(row: ExecutionRow): BrokerExecution {
  const kind = KINDS[row.execType] ?? "unknown";
  const byVenue: OrderRole = kind === "liquidation" ? "liquidation" : kind === "adl" ? "adl" : roleOf(row);
  return {
    executionId: row.execId,
    kind,
    orderId: row.orderId,
    clientOrderId: row.orderLinkId,
    ...(row.parentOrderLinkId === "" ? {} : { parentClientOrderId: row.parentOrderLinkId }),
    role: byVenue,
    symbol: row.symbol,
    side: sideOf(row.side),
    quantity: amount(row.execQty),
    price: amount(row.execPrice),
    fee: amount(row.execFee),
    feeCurrency: row.feeCurrency === "" ? splitSymbol(row.symbol).quote : row.feeCurrency,
    maker: row.isMaker,
    timeMs: row.execTime,
  };
}

export function brokerPosition(row: PositionRow): BrokerPosition {
  const size = decimal(amount(row.size)).abs();
  const short = row.side === "Sell" || (row.side === "" && row.positionIdx === 2);
  const mark = price(row.markPrice);
  const liquidation = price(row.liqPrice);
  const stop = price(row.stopLoss);
  const target = price(row.takeProfit);
  const leverage = price(row.leverage);
  return {
    symbol: row.symbol,
    leg: row.positionIdx === 1 ? "long" : row.positionIdx === 2 ? "short" : "both",
    quantity: exactText(short ? size.neg() : size),
    entryPrice: amount(row.avgPrice === "" ? row.entryPrice : row.avgPrice),
    ...(mark === undefined ? {} : { markPrice: mark }),
    ...(liquidation === undefined ? {} : { liquidationPrice: liquidation }),
    ...(stop === undefined ? {} : { stopPrice: stop }),
    ...(target === undefined ? {} : { targetPrice: target }),
    ...(leverage === undefined ? {} : { leverage }),
    updatedMs: row.updatedTime,
  };
}

/** Coins of the wallet; the settle coin's available money is the account's, which counts margin that is in use. */
export function brokerBalances(wallet: WalletRow, settleCoin: string | undefined): BrokerBalance[] {
  return wallet.coin.map((row) => {
    const total = decimal(amount(row.walletBalance));
    const own = total.minus(amount(row.locked)).minus(amount(row.totalOrderIM)).minus(amount(row.totalPositionIM));
    const available =
      row.coin === settleCoin && wallet.totalAvailableBalance !== ""
        ? amount(wallet.totalAvailableBalance)
        : exactText(own);
    return {
      currency: row.coin,
      total: exactText(total),
      available,
      equity: row.equity === "" ? exactText(total) : amount(row.equity),
    };
  });
}
