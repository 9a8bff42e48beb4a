/** @file What the venue tells an account of itself: orders, executions, positions, wallet, ledger, key. */
import { findOrder } from "./change.ts";
import type { Listing } from "./listing.ts";
import { moneyText } from "./money.ts";
import { choiceOf, type Parameters, textOf, wholeOf } from "./parameters.ts";
import { requireOrRefuse } from "./reject.ts";
import { type Account, type Order, positionOf } from "./state.ts";
import {
  averageText,
  executionWire,
  hedgeRows,
  orderWire,
  positionWire,
  qtyText,
  sideText,
  type Wire,
  walletWire,
} from "./wire.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const RECENT = 500;

export type ReadLimits = {
  /** Reads of order history and executions show the world as it was that long ago. */
  readonly lagMs: number;
  /** Final orders from before then are forgotten by `order/realtime`, as after a restart of the venue. */
  readonly forgottenBeforeMs: number;
};

type Page = { readonly list: readonly unknown[]; readonly nextPageCursor: string };

/** A page after a cursor, which is the sequence of the last row told. Rows are newest first. */
function pageOf<T extends { sequence: number }>(
  rows: readonly T[],
  parameters: Parameters,
  most: number,
  wire: (row: T) => Wire,
  standard = 20,
): Page {
  const limit = Math.max(1, Math.min(most, wholeOf(parameters, "limit", standard)));
  const cursor = textOf(parameters, "cursor");
  const before = cursor === "" ? Number.POSITIVE_INFINITY : Number.parseInt(cursor, 36);
  const rest = rows.filter(({ sequence }) => sequence < before).sort((a, b) => b.sequence - a.sequence);
  const list = rest.slice(0, limit);
  const more = rest.length > list.length;
  return { list: list.map(wire), nextPageCursor: more ? list[list.length - 1].sequence.toString(36) : "" };
}

function concerns(listing: Listing, parameters: Parameters): boolean {
  const category = choiceOf(parameters, "category", ["linear", "spot"]);
  const symbol = textOf(parameters, "symbol");
  const base = textOf(parameters, "baseCoin");
  const settle = textOf(parameters, "settleCoin");
  if (listing.category !== category) return false;
  return symbol !== ""
    ? listing.symbol === symbol
    : base !== ""
      ? listing.base === base
      : settle === "" || listing.quote === settle;
}

function window(parameters: Parameters, nowMs: number): { fromMs: number; toMs: number } {
  const start = wholeOf(parameters, "startTime", 0);
  const end = wholeOf(parameters, "endTime", 0);
  const toMs = end > 0 ? end : start > 0 ? start + WEEK_MS : nowMs;
  const fromMs = start > 0 ? start : toMs - WEEK_MS;
  requireOrRefuse(toMs >= fromMs && toMs - fromMs <= WEEK_MS, 10001, "The time range can't be more than 7 days");
  return { fromMs, toMs };
}

export function openOrders(account: Account, parameters: Parameters, limits: ReadLimits): Page {
  const named = textOf(parameters, "orderId") + textOf(parameters, "orderLinkId") !== "";
  const linear = choiceOf(parameters, "category", ["linear", "spot"]) === "linear";
  const scope = textOf(parameters, "symbol") + textOf(parameters, "baseCoin") + textOf(parameters, "settleCoin");
  requireOrRefuse(
    !linear || named || scope !== "",
    10001,
    "Missing some parameters that must be filled in, symbol or settleCoin or baseCoin",
  );
  const remembered = account.closed.slice(-RECENT).filter((order) => order.updatedMs >= limits.forgottenBeforeMs);
  if (named) {
    const order = findOrder(account, parameters);
    const known =
      order !== undefined &&
      (account.open.has(order.id) || remembered.includes(order)) &&
      concerns(order.listing, parameters);
    return { list: known ? [orderWire(order)] : [], nextPageCursor: "" };
  }
  const filter = textOf(parameters, "orderFilter");
  const rows: Order[] = wholeOf(parameters, "openOnly", 0) === 1 ? remembered : [...account.open.values()];
  const wanted = rows.filter(
    (order) =>
      concerns(order.listing, parameters) &&
      (filter === "" || filter === order.orderFilter || order.listing.category === "linear"),
  );
  return pageOf(wanted, parameters, 50, orderWire);
}

/** Cancelled and rejected orders without fills are gone after a day. */
export function orderHistory(world: World, account: Account, parameters: Parameters, limits: ReadLimits): Page {
  const nowMs = world.nowMs - limits.lagMs;
  const id = textOf(parameters, "orderId");
  const link = textOf(parameters, "orderLinkId");
  const { fromMs, toMs } = window(parameters, world.nowMs);
  const rows = account.closed.filter((order) => {
    if (order.updatedMs > nowMs || !concerns(order.listing, parameters)) return false;
    if (order.filledLots === 0 && order.updatedMs < world.nowMs - DAY_MS) return false;
    if (id !== "") return order.id === id;
    if (link !== "") return order.linkId === link;
    return order.createdMs >= fromMs && order.createdMs <= toMs;
  });
  return pageOf(rows, parameters, 50, orderWire);
}

export function executions(world: World, account: Account, parameters: Parameters, limits: ReadLimits): Page {
  const id = textOf(parameters, "orderId");
  const link = textOf(parameters, "orderLinkId");
  const type = textOf(parameters, "execType");
  const { fromMs, toMs } = window(parameters, world.nowMs);
  const rows = account.executions.filter((row) => {
    if (row.timeMs > world.nowMs - limits.lagMs || !concerns(row.listing, parameters)) return false;
    if (type !== "" && row.type !== type) return false;
    if (id !== "") return row.order?.id === id;
    if (link !== "") return row.order?.linkId === link;
    return row.timeMs >= fromMs && row.timeMs <= toMs;
  });
  return pageOf(rows, parameters, 100, executionWire, 50);
}

export function positionList(
  world: World,
  account: Account,
  listings: readonly Listing[],
  parameters: Parameters,
): Page {
  const symbol = textOf(parameters, "symbol");
  const settle = textOf(parameters, "settleCoin");
  requireOrRefuse(
    symbol + settle !== "",
    10001,
    "Missing some parameters that must be filled in, symbol or settleCoin",
  );
  if (symbol !== "") {
    const listing = listings.find((one) => one.category === "linear" && one.symbol === symbol);
    requireOrRefuse(listing !== undefined, 10001, "params error: symbol invalid");
    return {
      list: hedgeRows(account, listing).map((index) =>
        positionWire(world, account, positionOf(account, listing, index)),
      ),
      nextPageCursor: "",
    };
  }
  const rows = [...account.positions.values()]
    .filter((position) => position.lots !== 0 && position.listing.quote === settle)
    .sort((a, b) => a.createdMs - b.createdMs || (a.listing.symbol < b.listing.symbol ? -1 : 1));
  const limit = Math.max(1, Math.min(200, wholeOf(parameters, "limit", 20)));
  const from = wholeOf(parameters, "cursor", 0);
  const list = rows.slice(from, from + limit).map((position) => positionWire(world, account, position));
  return { list, nextPageCursor: from + limit < rows.length ? `${from + limit}` : "" };
}

export function closedPnl(world: World, account: Account, parameters: Parameters): Page {
  const { fromMs, toMs } = window(parameters, world.nowMs);
  const rows = account.closedPnl
    .map((row, i) => ({ ...row, sequence: i + 1 }))
    .filter((row) => concerns(row.listing, parameters) && row.timeMs >= fromMs && row.timeMs <= toMs);
  return pageOf(
    rows,
    parameters,
    100,
    (row) => ({
      symbol: row.listing.symbol,
      orderId: row.order?.id ?? "",
      side: sideText(row.side),
      qty: qtyText(row.listing, row.lots),
      closedSize: qtyText(row.listing, row.lots),
      cumEntryValue: moneyText(row.entryValue),
      cumExitValue: moneyText(row.exitValue),
      avgEntryPrice: averageText(row.listing, row.entryValue, row.lots),
      avgExitPrice: averageText(row.listing, row.exitValue, row.lots),
      closedPnl: moneyText(row.pnl - row.fee),
      closeFee: moneyText(row.fee),
      execType: row.execType,
      leverage: "",
      createdTime: `${row.timeMs}`,
      updatedTime: `${row.timeMs}`,
    }),
    50,
  );
}

/** Funding is above zero where it was received: the other sign than an execution's fee. */
export function transactionLog(world: World, account: Account, parameters: Parameters): Page {
  const start = wholeOf(parameters, "startTime", 0);
  const end = wholeOf(parameters, "endTime", 0);
  const toMs = end > 0 ? end : start > 0 ? start + DAY_MS : world.nowMs;
  const fromMs = start > 0 ? start : toMs - DAY_MS;
  requireOrRefuse(toMs - fromMs <= WEEK_MS, 10001, "The time range can't be more than 7 days");
  const type = textOf(parameters, "type");
  const rows = account.ledger.filter(
    (row) => row.timeMs >= fromMs && row.timeMs <= toMs && (type === "" || row.type === type),
  );
  return pageOf(rows, parameters, 50, (row) => ({
    id: `${account.id}_${row.symbol}_${row.sequence}`,
    symbol: row.symbol,
    category: row.execution?.listing.category ?? "",
    side: row.side === "" ? "None" : row.side,
    transactionTime: `${row.timeMs}`,
    type: row.type,
    qty: row.execution === undefined ? "0" : qtyText(row.execution.listing, row.execution.lots),
    size: "",
    currency: row.coin,
    tradePrice: row.execution === undefined ? "0" : moneyText(row.execution.listing.tick * BigInt(row.execution.price)),
    funding: row.funding === 0n ? "" : moneyText(row.funding),
    fee: moneyText(row.fee),
    cashFlow: moneyText(row.cashFlow),
    change: moneyText(row.change),
    cashBalance: moneyText(row.balance),
    feeRate: row.execution === undefined ? "" : moneyText(row.execution.feeRate),
    tradeId: row.execution?.id ?? "",
    orderId: row.execution?.order?.id ?? "",
    orderLinkId: row.execution?.order?.linkId ?? "",
  }));
}

export function wallet(world: World, account: Account, parameters: Parameters): unknown {
  const coins = textOf(parameters, "coin");
  return { list: [walletWire(world, account, coins === "" ? undefined : coins.split(","))] };
}

export function accountInfo(account: Account): unknown {
  return {
    marginMode: account.marginMode,
    updatedTime: "0",
    unifiedMarginStatus: 5,
    dcpStatus: "OFF",
    timeWindow: 10,
    smpGroup: 0,
    isMasterTrader: false,
    spotHedgingStatus: "OFF",
  };
}

export function keyInfo(account: Account): unknown {
  const { trade } = account.permissions;
  return {
    id: account.id,
    note: "local venue",
    apiKey: account.key,
    readOnly: trade ? 0 : 1,
    secret: "",
    permissions: {
      ContractTrade: trade ? ["Order", "Position"] : [],
      Spot: trade ? ["SpotTrade"] : [],
      Wallet: [],
      Options: [],
      Derivatives: [],
      Exchange: [],
    },
    ips: ["*"],
    type: 1,
    deadlineDay: 90,
    expiredAt: "2099-01-01T00:00:00Z",
    createdAt: "2024-01-01T00:00:00Z",
    unified: 0,
    uta: 1,
    userID: Number.parseInt(account.id.replace(/\D/g, "") || "1", 10),
    inviterID: 0,
    vipLevel: "No VIP",
    isMaster: true,
    parentUid: "0",
  };
}

export function feeRate(listings: readonly Listing[], parameters: Parameters): unknown {
  const rows = listings.filter((listing) => concerns(listing, parameters));
  return {
    list: rows.map((listing) => ({
      symbol: listing.symbol,
      baseCoin: "",
      takerFeeRate: moneyText(listing.takerRate),
      makerFeeRate: moneyText(listing.makerRate),
    })),
  };
}
