/** @file The venue's state in the words of Bybit's V5 replies and streams. */
import type { Listing } from "./listing.ts";
import { initialOf, lastOf, liquidationTicks, marginOf, positionMaintenance, unrealizedOf, valueAt } from "./margin.ts";
import { moneyText, over, toNumber } from "./money.ts";
import {
  type Account,
  type Bracket,
  type Execution,
  isHedged,
  leavesOf,
  leverageOf,
  type Order,
  type Position,
  type Side,
} from "./state.ts";
import type { World } from "./world.ts";

export type Wire = Record<string, unknown>;

export function priceText(listing: Listing, ticks: number): string {
  return moneyText(listing.tick * BigInt(ticks));
}

export function qtyText(listing: Listing, lots: number): string {
  return moneyText(listing.step * BigInt(lots));
}

export function sideText(side: Side): "Buy" | "Sell" {
  return side === 1 ? "Buy" : "Sell";
}

const priceOrEmpty = (listing: Listing, ticks: number): string => (ticks === 0 ? "" : priceText(listing, ticks));
const bracketText = (listing: Listing, bracket: Bracket | undefined): string =>
  bracket === undefined ? "" : priceText(listing, bracket.trigger);

/** Average of a value over a quantity, cut to 12 decimals as the venue shows averages. */
export function averageText(listing: Listing, value: bigint, lots: number): string {
  if (lots === 0) return "";
  const average = over(value, listing.step * BigInt(Math.abs(lots)));
  return moneyText((average / 1_000_000n) * 1_000_000n);
}

export function orderWire(order: Order): Wire {
  const { listing } = order;
  const open = leavesOf(order);
  const done = order.status === "Filled" || order.status === "Cancelled" || order.status === "Rejected";
  const finished = done || order.status === "PartiallyFilledCanceled" || order.status === "Deactivated";
  return {
    category: listing.category,
    symbol: listing.symbol,
    orderId: order.id,
    orderLinkId: order.linkId,
    parentOrderLinkId: order.parentLinkId,
    side: sideText(order.side),
    orderType: order.type,
    price: priceText(listing, order.price),
    qty: order.budget === undefined ? qtyText(listing, order.lots) : moneyText(order.budget),
    marketUnit: order.budget === undefined ? "" : "quoteCoin",
    timeInForce: order.timeInForce,
    orderStatus: order.status,
    createType: order.createType,
    cancelType: order.cancelType,
    rejectReason: order.rejectReason,
    avgPrice: averageText(listing, order.filledValue, order.filledLots),
    leavesQty: finished ? "0" : qtyText(listing, open),
    leavesValue: finished ? "0" : moneyText(valueAt(listing, order.price, open)),
    cumExecQty: qtyText(listing, order.filledLots),
    cumExecValue: moneyText(order.filledValue),
    cumExecFee: moneyText(order.fee),
    cumFeeDetail: order.fee === 0n ? {} : { [order.feeCoin]: moneyText(order.fee) },
    stopOrderType: order.stopOrderType,
    triggerPrice: priceOrEmpty(listing, order.trigger),
    triggerDirection: order.triggerDirection,
    triggerBy: order.triggerBy,
    takeProfit: bracketText(listing, order.takeProfit),
    stopLoss: bracketText(listing, order.stopLoss),
    tpslMode: order.tpslMode,
    tpTriggerBy: order.takeProfit?.triggerBy ?? "",
    slTriggerBy: order.stopLoss?.triggerBy ?? "",
    tpLimitPrice: priceOrEmpty(listing, order.takeProfit?.limit ?? 0),
    slLimitPrice: priceOrEmpty(listing, order.stopLoss?.limit ?? 0),
    ocoTriggerType: "",
    reduceOnly: order.reduceOnly,
    closeOnTrigger: order.closeOnTrigger,
    positionIdx: order.positionIdx,
    isLeverage: "0",
    orderIv: "",
    placeType: "",
    smpType: "None",
    smpGroup: 0,
    smpOrderId: "",
    lastPriceOnCreated: priceOrEmpty(listing, order.lastOnCreated),
    slippageToleranceType: "UNKNOWN",
    slippageTolerance: "",
    blockTradeId: "",
    createdTime: `${order.createdMs}`,
    updatedTime: `${order.updatedMs}`,
  };
}

export function executionWire(execution: Execution): Wire {
  const { listing, order } = execution;
  return {
    category: listing.category,
    symbol: listing.symbol,
    execId: execution.id,
    orderId: order?.id ?? "",
    orderLinkId: order?.linkId ?? "",
    side: sideText(execution.side),
    orderPrice: order === undefined ? "" : priceText(listing, order.price),
    orderQty: order === undefined ? "" : qtyText(listing, order.lots),
    leavesQty: qtyText(listing, execution.leavesLots),
    createType: order?.createType ?? "",
    orderType: order?.type ?? "UNKNOWN",
    stopOrderType: order?.stopOrderType ?? "UNKNOWN",
    execFee: moneyText(execution.fee),
    execPrice: priceText(listing, execution.price),
    execQty: qtyText(listing, execution.lots),
    execType: execution.type,
    execValue: moneyText(execution.value),
    execTime: `${execution.timeMs}`,
    feeCurrency: listing.category === "spot" ? execution.feeCoin : "",
    feeRate: moneyText(execution.feeRate),
    isMaker: execution.maker,
    isLeverage: "0",
    closedSize: qtyText(listing, execution.closedLots),
    markPrice: priceText(listing, execution.price),
    indexPrice: "",
    blockTradeId: "",
    seq: execution.sequence,
  };
}

export function positionWire(world: World, account: Account, position: Position): Wire {
  const { listing } = position;
  const { lots } = position;
  const last = lastOf(world, listing);
  const value = valueAt(listing, last, lots);
  const leverage = leverageOf(account, listing);
  const initial = lots === 0 ? 0n : initialOf(listing, position.cost, leverage);
  const liquidation = liquidationTicks(world, account, position);
  return {
    category: listing.category,
    symbol: listing.symbol,
    positionIdx: position.index,
    side: lots === 0 ? "" : sideText(lots > 0 ? 1 : -1),
    size: qtyText(listing, Math.abs(lots)),
    avgPrice: lots === 0 ? "0" : averageText(listing, position.cost, lots),
    entryPrice: lots === 0 ? "0" : averageText(listing, position.cost, lots),
    positionValue: lots === 0 ? "" : moneyText(position.cost),
    markPrice: priceText(listing, last),
    liqPrice: liquidation === 0 ? "" : priceText(listing, liquidation),
    bustPrice: "",
    leverage: `${leverage / 100}`,
    tradeMode: 0,
    autoAddMargin: 0,
    riskId: 1,
    riskLimitValue: moneyText(listing.tiers[0]?.limit ?? 0n),
    positionIM: lots === 0 ? "0" : moneyText(initial),
    positionMM: lots === 0 ? "0" : moneyText(positionMaintenance(world, position)),
    positionBalance: lots === 0 ? "0" : moneyText(initial),
    takeProfit: position.takeProfit === undefined ? "" : priceText(listing, position.takeProfit.trigger),
    stopLoss: position.stopLoss === undefined ? "" : priceText(listing, position.stopLoss.trigger),
    trailingStop: position.trailing === undefined ? "0" : priceText(listing, position.trailing.distance),
    tpslMode: "Full",
    unrealisedPnl: lots === 0 ? "" : moneyText(unrealizedOf(world, position)),
    curRealisedPnl: moneyText(position.currentRealized),
    cumRealisedPnl: moneyText(position.realized),
    positionStatus: position.status,
    adlRankIndicator: lots === 0 ? 0 : 2,
    isReduceOnly: listing.status !== "Trading",
    mmrSysUpdatedTime: "",
    leverageSysUpdatedTime: "",
    sessionAvgPrice: "",
    createdTime: `${position.createdMs}`,
    updatedTime: `${position.updatedMs}`,
    seq: position.sequence,
    value: moneyText(value),
  };
}

export function walletWire(world: World, account: Account, only?: readonly string[]): Wire {
  const coins = [...account.coins].filter(([coin]) => only === undefined || only.includes(coin));
  const margin = marginOf(world, account, "USDT");
  const rate = (part: bigint): string => (margin.equity <= 0n ? "" : toNumber(over(part, margin.equity)).toFixed(4));
  return {
    accountType: "UNIFIED",
    totalEquity: moneyText(margin.equity),
    totalWalletBalance: moneyText(margin.wallet),
    totalMarginBalance: moneyText(margin.equity),
    totalAvailableBalance: moneyText(margin.available),
    totalPerpUPL: moneyText(margin.unrealized),
    totalInitialMargin: moneyText(margin.positionInitial + margin.orderInitial),
    totalMaintenanceMargin: moneyText(margin.maintenance),
    accountIMRate: rate(margin.positionInitial + margin.orderInitial),
    accountMMRate: rate(margin.maintenance),
    accountLTV: "",
    coin: coins.map(([coin, { wallet, locked }]) => {
      const own = marginOf(world, account, coin);
      return {
        coin,
        equity: moneyText(own.equity),
        usdValue: coin === "USDT" ? moneyText(own.equity) : "",
        walletBalance: moneyText(wallet),
        locked: moneyText(locked),
        borrowAmount: "0",
        availableToWithdraw: "",
        unrealisedPnl: moneyText(own.unrealized),
        cumRealisedPnl: "",
        totalOrderIM: moneyText(own.orderInitial),
        totalPositionIM: moneyText(own.positionInitial),
        totalPositionMM: moneyText(own.maintenance),
        bonus: "0",
        collateralSwitch: true,
        marginCollateral: true,
        spotHedgingQty: "0",
      };
    }),
  };
}

/** Rows of a symbol: one in one-way mode, both sides in hedge mode, flat ones too. */
export function hedgeRows(account: Account, listing: Listing): readonly (0 | 1 | 2)[] {
  return isHedged(account, listing) ? [1, 2] : [0];
}
