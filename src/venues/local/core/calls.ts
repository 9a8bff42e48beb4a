/** @file Every endpoint that the local venue answers, by method and path: what it needs, and what it does. */
import { amendOrder, cancelAll, cancelOrder } from "./change.ts";
import { choiceOf, type Parameters, textOf, wholeOf } from "./parameters.ts";
import { placeOrder } from "./place.ts";
import { setLeverage, switchMode, tradingStop } from "./positions.ts";
import {
  accountInfo,
  closedPnl,
  executions,
  feeRate,
  keyInfo,
  openOrders,
  orderHistory,
  positionList,
  type ReadLimits,
  transactionLog,
  wallet,
} from "./read-account.ts";
import {
  bookWire,
  fundingHistory,
  instrumentsInfo,
  klines,
  markKlines,
  priceLimit,
  riskLimit,
  serverTime,
  tickers,
  tradeWire,
} from "./read-market.ts";
import { refuse, VenueRefusal } from "./reject.ts";
import type { Account, Order } from "./state.ts";
import { type Market, marketKey, type World } from "./world.ts";

export type CallContext = { readonly world: World; readonly parameters: Parameters; readonly limits: ReadLimits };
export type AccountContext = CallContext & { readonly account: Account };

export type Endpoint =
  | { readonly access: "public"; readonly answer: (context: CallContext) => unknown }
  | {
      readonly access: "read" | "trade";
      /** Requests a second that an account may send; they share a budget by group. */
      readonly group: string;
      readonly perSecond: number;
      readonly answer: (context: AccountContext) => unknown;
    };

function market({ world, parameters }: CallContext): Market {
  const category = choiceOf(parameters, "category", ["linear", "spot"]);
  const found = world.markets.get(marketKey(category, textOf(parameters, "symbol")));
  if (found !== undefined) return found;
  const listed = world.listings.some((one) => one.category === category && one.symbol === textOf(parameters, "symbol"));
  if (listed) return refuse(category === "spot" ? 170151 : 110066, "Trading is currently not allowed");
  return refuse(
    category === "spot" ? 170121 : 10001,
    category === "spot" ? "Invalid symbol." : "params error: symbol invalid",
  );
}

const named = (order: Order): unknown => ({ orderId: order.id, orderLinkId: order.linkId });

const open = (answer: (context: CallContext) => unknown): Endpoint => ({ access: "public", answer });
const read = (group: string, perSecond: number, answer: (context: AccountContext) => unknown): Endpoint => ({
  access: "read",
  group,
  perSecond,
  answer,
});
const act = (group: string, perSecond: number, answer: (context: AccountContext) => unknown): Endpoint => ({
  access: "trade",
  group,
  perSecond,
  answer,
});

const place = (context: AccountContext): Order =>
  placeOrder(context.world, context.account, market(context), context.parameters);

/** One leg of a batch: its result beside its own code. */
function batch(context: AccountContext, one: (context: AccountContext) => Order): unknown {
  const { parameters } = context;
  const requests = Array.isArray(parameters["request"]) ? (parameters["request"] as Parameters[]) : [];
  const category = choiceOf(parameters, "category", ["linear", "spot"]);
  if (requests.length === 0 || requests.length > (category === "spot" ? 10 : 20))
    refuse(10001, "params error: request invalid");
  const list: unknown[] = [];
  const codes: { code: number; msg: string }[] = [];
  for (const request of requests) {
    try {
      const order = one({ ...context, parameters: { ...request, category } });
      list.push({
        category,
        symbol: order.listing.symbol,
        orderId: order.id,
        orderLinkId: order.linkId,
        createAt: `${order.createdMs}`,
      });
      codes.push({ code: 0, msg: "OK" });
    } catch (thrown) {
      if (!(thrown instanceof VenueRefusal)) throw thrown;
      list.push({
        category,
        symbol: textOf(request, "symbol"),
        orderId: "",
        orderLinkId: textOf(request, "orderLinkId"),
        createAt: "",
      });
      codes.push({ code: thrown.retCode, msg: thrown.message });
    }
  }
  return { result: { list }, retExtInfo: { list: codes } };
}

function setMarginMode({ account, parameters }: AccountContext): unknown {
  const mode = choiceOf(parameters, "setMarginMode", ["REGULAR_MARGIN", "ISOLATED_MARGIN"]);
  if (mode === account.marginMode) refuse(3400045, "Set margin mode failed: not modified");
  if ([...account.positions.values()].some(({ lots }) => lots !== 0) || account.open.size > 0)
    refuse(3400045, "Set margin mode failed");
  account.marginMode = mode;
  return { reasons: [] };
}

function recentTrades(context: CallContext): unknown {
  const one = tradeWire(market(context)) as Record<string, unknown>;
  const row = {
    execId: one["i"],
    symbol: one["s"],
    price: one["p"],
    size: one["v"],
    side: one["S"],
    time: String(one["T"]),
    isBlockTrade: false,
  };
  return { category: textOf(context.parameters, "category"), list: [row] };
}

const listings = ({ world }: CallContext): World["listings"] => world.listings;

export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  "GET /v5/market/time": open(({ world }) => serverTime(world)),
  "GET /v5/market/kline": open((c) => klines(c.world, market(c), c.parameters)),
  "GET /v5/market/mark-price-kline": open((c) => markKlines(c.world, market(c), c.parameters)),
  "GET /v5/market/instruments-info": open((c) => instrumentsInfo(listings(c), c.parameters)),
  "GET /v5/market/tickers": open((c) => tickers([...c.world.markets.values()], c.parameters)),
  "GET /v5/market/orderbook": open((c) => bookWire(c.world, market(c), wholeOf(c.parameters, "limit", 25))),
  "GET /v5/market/recent-trade": open(recentTrades),
  "GET /v5/market/funding/history": open((c) => fundingHistory(market(c), c.parameters)),
  "GET /v5/market/price-limit": open((c) =>
    priceLimit(c.world, market({ ...c, parameters: { category: "linear", ...c.parameters } })),
  ),
  "GET /v5/market/risk-limit": open((c) => riskLimit(listings(c), c.parameters)),
  "GET /v5/user/query-api": read("key", 10, ({ account }) => keyInfo(account)),
  "GET /v5/account/info": read("account", 50, ({ account }) => accountInfo(account)),
  "GET /v5/account/wallet-balance": read("wallet", 50, (c) => wallet(c.world, c.account, c.parameters)),
  "GET /v5/account/fee-rate": read("fees", 5, (c) => feeRate(listings(c), c.parameters)),
  "GET /v5/account/transaction-log": read("ledger", 25, (c) => transactionLog(c.world, c.account, c.parameters)),
  "POST /v5/account/set-margin-mode": act("margin-mode", 5, setMarginMode),
  "GET /v5/position/list": read("positions", 50, (c) => positionList(c.world, c.account, listings(c), c.parameters)),
  "GET /v5/position/closed-pnl": read("closed-pnl", 50, (c) => closedPnl(c.world, c.account, c.parameters)),
  "POST /v5/position/set-leverage": act("leverage", 10, (c) => {
    setLeverage(c.world, c.account, market(c), c.parameters);
    return {};
  }),
  "POST /v5/position/switch-mode": act("mode", 10, (c) => {
    switchMode(c.account, textOf(c.parameters, "symbol") === "" ? undefined : market(c).listing, c.parameters);
    return {};
  }),
  "POST /v5/position/trading-stop": act("trading-stop", 10, (c) => {
    tradingStop(c.world, c.account, market(c), c.parameters);
    return {};
  }),
  "POST /v5/order/create": act("create", 10, (c) => named(place(c))),
  "POST /v5/order/amend": act("amend", 10, (c) => named(amendOrder(c.world, c.account, market(c), c.parameters))),
  "POST /v5/order/cancel": act("cancel", 10, (c) => named(cancelOrder(c.world, c.account, market(c), c.parameters))),
  "POST /v5/order/cancel-all": act("cancel-all", 10, (c) => ({
    list: cancelAll(c.world, c.account, c.parameters).map(named),
    success: "1",
  })),
  "POST /v5/order/create-batch": act("create-batch", 10, (c) => batch(c, place)),
  "POST /v5/order/cancel-batch": act("cancel-batch", 10, (c) =>
    batch(c, (one) => cancelOrder(one.world, one.account, market(one), one.parameters)),
  ),
  "GET /v5/order/realtime": read("orders", 50, (c) => openOrders(c.account, c.parameters, c.limits)),
  "GET /v5/order/history": read("order-history", 50, (c) => orderHistory(c.world, c.account, c.parameters, c.limits)),
  "GET /v5/execution/list": read("executions", 50, (c) => executions(c.world, c.account, c.parameters, c.limits)),
  "GET /v5/asset/delivery-record": read("deliveries", 50, () => ({ category: "linear", list: [], nextPageCursor: "" })),
};
