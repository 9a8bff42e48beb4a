import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyday } from "../../../core/testing/nightly.ts";
import { BAR_MS, caller, START_MS, smallVenue, waveSeries } from "../../testing/small-venue.ts";
import { money, moneyText } from "./money.ts";
import type { LocalVenueCore, VenueReply } from "./venue-core.ts";

type Row = Record<string, string>;
const rows = (reply: VenueReply): Row[] => (reply.result as { list: Row[] }).list;
const linear = { category: "linear", symbol: "BTCUSDT" };
const position = (venue: LocalVenueCore): Row => rows(caller(venue).get("/v5/position/list", linear))[0];
const usdt = (venue: LocalVenueCore): Row => {
  const [account] = rows(caller(venue).get("/v5/account/wallet-balance", { accountType: "UNIFIED" }));
  const coins = (account as unknown as { coin: Row[] }).coin;
  return coins.find(({ coin }) => coin === "USDT") ?? {};
};
const status = (venue: LocalVenueCore, link: string): string =>
  rows(caller(venue).get("/v5/order/realtime", { category: "linear", orderLinkId: link }))[0]?.["orderStatus"] ?? "";

describe("money", () => {
  it("keeps every digit, forward and back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (amount) => {
        expect(money(moneyText(amount))).toBe(amount);
      }),
      { seed: 1, numRuns: everyday(200) },
    );
    expect(moneyText(money("-0.0550"))).toBe("-0.055");
    expect(money(1e-7)).toBe(10n ** 11n);
  });
});

describe("the made market", () => {
  it("tells candles that are the recorded bars exactly, and nothing of bars to come", () => {
    const venue = smallVenue();
    venue.advanceTo(START_MS + 10 * BAR_MS);
    const series = waveSeries();
    const list = (
      caller(venue).get("/v5/market/kline", { ...linear, interval: "5", limit: "1000" }).result as { list: string[][] }
    ).list;
    const done = list.filter(([openMs]) => Number(openMs) + BAR_MS <= venue.nowMs);
    expect(done.length).toBe(210);
    for (const [openMs, open, high, low, close] of done) {
      const i = (Number(openMs) - series.timeMs[0]) / BAR_MS;
      expect([open, high, low, close].map(Number)).toEqual([
        series.open[i],
        series.high[i],
        series.low[i],
        series.close[i],
      ]);
    }
    expect(Number(list[0][0]), "the newest bar has opened").toBe(START_MS + 10 * BAR_MS);
    expect(list[0][2], "and shows only what was met").toBe(list[0][1]);
  });

  it("tells the same bars as mark prices, without volume, and none of spot", () => {
    const venue = smallVenue();
    venue.advanceTo(START_MS + 10 * BAR_MS);
    const asked = { ...linear, interval: "5", limit: "50" };
    const bars = (caller(venue).get("/v5/market/kline", asked).result as { list: string[][] }).list;
    const marks = (caller(venue).get("/v5/market/mark-price-kline", asked).result as { list: string[][] }).list;
    expect(marks).toEqual(bars.map((bar) => bar.slice(0, 5)));
    expect(caller(venue).get("/v5/market/mark-price-kline", { ...asked, category: "spot" }).retCode).toBe(10001);
  });

  it("merges bars to longer intervals and refuses shorter ones", () => {
    const venue = smallVenue();
    const hour = caller(venue).get("/v5/market/kline", { ...linear, interval: "60", limit: "2" }).result as {
      list: string[][];
    };
    const series = waveSeries();
    const first = 200 - 12;
    expect(Number(hour.list[1][1])).toBe(series.open[first]);
    expect(Number(hour.list[1][2])).toBe(Math.max(...Array.from({ length: 12 }, (_, k) => series.high[first + k])));
    expect(caller(venue).get("/v5/market/kline", { ...linear, interval: "1" }).retCode).toBe(10001);
  });
});

describe("orders", () => {
  it("fills a market order through the depth and books value, fee and position exactly", () => {
    const venue = smallVenue();
    venue.setQuote("linear", "BTCUSDT", "100", "100.1");
    expect(caller(venue).order({ orderLinkId: "a", qty: "2" }).retCode).toBe(0);
    expect(position(venue)).toMatchObject({ size: "2", side: "Buy", avgPrice: "100.1", positionIdx: 0 });
    expect(usdt(venue)["walletBalance"], "10000 - 200.2 * 0.00055").toBe("9999.88989");
    caller(venue).order({ side: "Sell", reduceOnly: true, qty: "2" });
    expect(usdt(venue)["walletBalance"], "less 0.2 of spread and 200 * 0.00055").toBe("9999.57989");
    expect(position(venue)).toMatchObject({ size: "0", side: "" });
  });

  it("answers a client id that it knows with the code of its category, and makes no second order", () => {
    const venue = smallVenue();
    const { order } = caller(venue);
    order({ orderLinkId: "a" });
    expect(order({ orderLinkId: "a" }).retCode).toBe(110072);
    const spot = { category: "spot", marketUnit: "baseCoin", orderLinkId: "s", qty: "0.5" };
    expect(order(spot).retCode).toBe(0);
    expect(order(spot).retCode).toBe(170141);
    expect(position(venue)["size"]).toBe("1");
  });

  it.each([
    [{ qty: "0.01" }, 110094, "too small in value"],
    [{ qty: "0.0005" }, 10001, "off the grid of quantities"],
    [{ orderType: "Limit", price: "100.05" }, 10001, "off the grid of prices"],
    [{ orderType: "Limit", price: "150" }, 110003, "outside the band"],
    [{ qty: "5000" }, 110007, "more than the account backs"],
    [{ side: "Sell", reduceOnly: true }, 110017, "nothing to reduce"],
    [{ positionIdx: 1 }, 10001, "a leg of hedge mode in one-way mode"],
    [{ symbol: "NOPEUSDT" }, 10001, "an unknown symbol"],
    [{ orderLinkId: "ä" }, 10001, "a client id that isn't plain"],
    [{ triggerPrice: "90", triggerDirection: 1 }, 110092, "a trigger that was passed"],
    [{ triggerPrice: "110", triggerDirection: 2 }, 110093, "a trigger that was passed"],
    [{ stopLoss: "101", qty: "1" }, 10001, "a stop on the wrong side"],
    [{ category: "spot", side: "Sell", qty: "11" }, 170131, "more than is held"],
    [{ category: "spot", qty: "1" }, 170140, "a spot buy of a value below the minimum"],
  ])("refuses %o with %d: %s", (parameters: Record<string, unknown>, code: number, _why: string) => {
    const venue = smallVenue();
    venue.setQuote("linear", "BTCUSDT", "100", "100.1");
    expect(caller(venue).order(parameters).retCode).toBe(code);
  });

  it("buys spot for a quote value unless told that the quantity is in base coin", () => {
    const venue = smallVenue();
    venue.setQuote("spot", "BTCUSDT", "100", "100.1");
    caller(venue).order({ category: "spot", qty: "50", orderLinkId: "value" });
    const [found] = rows(caller(venue).get("/v5/order/realtime", { category: "spot", orderLinkId: "value" }));
    expect(found).toMatchObject({ orderStatus: "Filled", cumExecQty: "0.4995" });
    const [execution] = rows(caller(venue).get("/v5/execution/list", { category: "spot" }));
    expect(execution, "the fee is taken in what was bought").toMatchObject({
      feeCurrency: "BTC",
      execFee: "0.0004995",
    });
  });

  it("lets a post-only order rest or end, never take", () => {
    const venue = smallVenue();
    venue.setQuote("linear", "BTCUSDT", "100", "100.1");
    const { order } = caller(venue);
    const postOnly = { orderType: "Limit", timeInForce: "PostOnly" };
    order({ ...postOnly, price: "100.1", orderLinkId: "takes" });
    order({ ...postOnly, price: "100", orderLinkId: "rests" });
    expect([status(venue, "takes"), status(venue, "rests")]).toEqual(["Cancelled", "New"]);
    venue.setQuote("linear", "BTCUSDT", "99", "99.1");
    expect(status(venue, "rests")).toBe("Filled");
    const [execution] = rows(caller(venue).get("/v5/execution/list", linear));
    expect(execution, "at its own price, as a maker").toMatchObject({
      execPrice: "100",
      isMaker: true,
      feeRate: "0.0002",
    });
  });

  it("fills in parts where there is not enough, and says so in the status of its category", () => {
    const venue = smallVenue({ market: { depthShare: 0.01 } });
    venue.setQuote("linear", "BTCUSDT", "100", "100.1", "10");
    caller(venue).order({ orderType: "Limit", price: "100.1", timeInForce: "IOC", qty: "5", orderLinkId: "part" });
    const [found] = rows(caller(venue).get("/v5/order/realtime", { category: "linear", orderLinkId: "part" }));
    expect(found).toMatchObject({ orderStatus: "Cancelled", cumExecQty: "0.1" });
    caller(venue).order({ orderType: "Limit", price: "100.1", timeInForce: "FOK", qty: "5", orderLinkId: "all" });
    expect(status(venue, "all"), "all or nothing").toBe("Cancelled");
  });

  it("matches the orders of two accounts at the price of the one that was there", () => {
    const venue = smallVenue({
      accounts: [
        { id: "1", key: "a", secret: "a" },
        { id: "2", key: "b", secret: "b" },
      ],
    });
    venue.setQuote("linear", "BTCUSDT", "100", "100.4");
    caller(venue, "1").order({ orderType: "Limit", price: "100.2", side: "Sell", orderLinkId: "maker" });
    caller(venue, "2").order({ qty: "1" });
    expect(status(venue, "maker")).toBe("Filled");
    expect(rows(caller(venue, "2").get("/v5/position/list", linear))[0]).toMatchObject({ avgPrice: "100.2" });
  });
});

describe("brackets", () => {
  it("attach to the position, follow its size, close it when met, and cancel one another", () => {
    const venue = smallVenue();
    venue.setQuote("linear", "BTCUSDT", "100", "100.1");
    const { order, get } = caller(venue);
    order({ takeProfit: "110", stopLoss: "95", orderLinkId: "entry" });
    order({ qty: "2" });
    const legs = rows(get("/v5/order/realtime", linear));
    expect(legs.map((leg) => [leg["stopOrderType"], leg["qty"], leg["parentOrderLinkId"], leg["orderLinkId"]])).toEqual(
      [
        ["StopLoss", "3", "entry", ""],
        ["TakeProfit", "3", "entry", ""],
      ],
    );
    expect(position(venue)).toMatchObject({ takeProfit: "110", stopLoss: "95", size: "3" });
    venue.setQuote("linear", "BTCUSDT", "94.9", "95");
    expect(position(venue)).toMatchObject({ size: "0", takeProfit: "", stopLoss: "" });
    expect(rows(get("/v5/order/realtime", linear))).toEqual([]);
    const closed = rows(get("/v5/order/history", linear)).map((row) => [
      row["stopOrderType"],
      row["orderStatus"],
      row["cancelType"],
    ]);
    expect(closed).toContainEqual(["StopLoss", "Filled", "UNKNOWN"]);
    expect(closed).toContainEqual(["TakeProfit", "Cancelled", "CancelByTpSlTsClear"]);
  });

  it("are set, moved and removed by the trading stop, which says when nothing changes", () => {
    const venue = smallVenue();
    venue.setQuote("linear", "BTCUSDT", "100", "100.1");
    const { order, post } = caller(venue);
    const stop = (parameters: Record<string, unknown>): number =>
      post("/v5/position/trading-stop", { ...linear, tpslMode: "Full", positionIdx: 0, ...parameters }).retCode;
    expect(stop({ stopLoss: "95" }), "nothing is held").toBe(10001);
    order({});
    expect(stop({ stopLoss: "95" })).toBe(0);
    expect(stop({ stopLoss: "95" })).toBe(34040);
    expect(stop({ stopLoss: "101" })).toBe(10001);
    expect(stop({ stopLoss: "96", takeProfit: "120" })).toBe(0);
    expect(position(venue)).toMatchObject({ stopLoss: "96", takeProfit: "120" });
    expect(stop({ stopLoss: "0" })).toBe(0);
    expect(position(venue)).toMatchObject({ stopLoss: "", takeProfit: "120" });
  });

  it("are cancelled by cancel-all without a filter, and kept with one", () => {
    const venue = smallVenue();
    venue.setQuote("linear", "BTCUSDT", "100", "100.1");
    const { order, post } = caller(venue);
    order({ stopLoss: "95" });
    order({ orderType: "Limit", price: "98" });
    post("/v5/order/cancel-all", { ...linear, orderFilter: "Order" });
    expect(position(venue)["stopLoss"]).toBe("95");
    post("/v5/order/cancel-all", linear);
    expect(position(venue)["stopLoss"]).toBe("");
  });
});

describe("what the venue does by itself", () => {
  it("charges funding at its stamp: a long pays, and the two ledgers have opposite signs", () => {
    const venue = smallVenue();
    caller(venue).order({ qty: "10" });
    const before = money(usdt(venue)["walletBalance"]);
    venue.advanceTo(START_MS + 8 * 3_600_000 + 1);
    const [funding] = rows(caller(venue).get("/v5/execution/list", { ...linear, execType: "Funding" }));
    expect(funding).toMatchObject({ execType: "Funding", orderLinkId: "", closedSize: "0" });
    expect(before - money(usdt(venue)["walletBalance"])).toBe(money(funding["execFee"]));
    expect(money(funding["execFee"]) > 0n).toBe(true);
    const [row] = rows(caller(venue).get("/v5/account/transaction-log", { type: "SETTLEMENT" }));
    expect(money(row["funding"])).toBe(-money(funding["execFee"]));
    expect(position(venue)["size"], "funding is no fill").toBe("10");
  });

  it("liquidates an account that no longer covers its maintenance margin", () => {
    const venue = smallVenue({ accounts: [{ id: "1", key: "k", secret: "s", coins: { USDT: "1000" } }] });
    venue.setQuote("linear", "BTCUSDT", "100", "100.1");
    caller(venue).order({ qty: "90" });
    const liquidation = Number(position(venue)["liqPrice"]);
    expect(liquidation).toBeGreaterThan(89);
    venue.setQuote("linear", "BTCUSDT", (liquidation + 0.2).toFixed(1), (liquidation + 0.3).toFixed(1));
    expect(position(venue)["size"]).toBe("90");
    venue.setQuote("linear", "BTCUSDT", (liquidation - 0.2).toFixed(1), (liquidation - 0.1).toFixed(1));
    expect(position(venue)["size"]).toBe("0");
    const [bust] = rows(caller(venue).get("/v5/execution/list", linear));
    expect(bust).toMatchObject({ execType: "BustTrade", createType: "CreateByLiq", orderLinkId: "" });
  });

  it("cuts a large position to the tier below before all of it", () => {
    const venue = smallVenue({ accounts: [{ id: "1", key: "k", secret: "s", coins: { USDT: "1000000" } }] });
    venue.setQuote("linear", "BTCUSDT", "100", "100.1", "100000000");
    caller(venue).order({ qty: "50000" });
    const liquidation = Number(position(venue)["liqPrice"]);
    const below = (liquidation - 0.1).toFixed(1);
    venue.setQuote("linear", "BTCUSDT", below, (liquidation + 0.1).toFixed(1));
    const left = Number(position(venue)["size"]);
    expect(left, "5 million in tier 3 are cut to the 2 million of tier 1").toBeGreaterThan(20_000);
    expect(left).toBeLessThan(50_000);
  });

  it("deleverages the other side where the fund can't pay", () => {
    const venue = smallVenue({
      insurance: "0",
      accounts: [
        { id: "1", key: "a", secret: "a", coins: { USDT: "1000" } },
        { id: "2", key: "b", secret: "b", coins: { USDT: "100000" } },
      ],
    });
    venue.setQuote("linear", "BTCUSDT", "100", "100.1");
    caller(venue, "1").order({ qty: "90" });
    caller(venue, "2").order({ qty: "50", side: "Sell" });
    venue.setQuote("linear", "BTCUSDT", "80", "80.1");
    expect(position(venue)["size"]).toBe("0");
    const [adl] = rows(caller(venue, "2").get("/v5/execution/list", linear));
    expect(adl).toMatchObject({ execType: "AdlTrade", side: "Buy", execQty: "50" });
  });

  it("keeps both legs of hedge mode apart and tells both", () => {
    const venue = smallVenue();
    expect(caller(venue).post("/v5/position/switch-mode", { category: "linear", coin: "USDT", mode: 3 }).retCode).toBe(
      0,
    );
    caller(venue).order({ positionIdx: 2, side: "Sell" });
    const legs = rows(caller(venue).get("/v5/position/list", linear));
    expect(legs.map((leg) => [leg["positionIdx"], leg["size"]])).toEqual([
      [1, "0"],
      [2, "1"],
    ]);
    expect(caller(venue).order({}).retCode).toBe(10001);
    expect(caller(venue).post("/v5/position/switch-mode", { category: "linear", coin: "USDT", mode: 0 }).retCode).toBe(
      110024,
    );
  });
});

describe("the ledger", () => {
  it("sums to the wallet after any orders, and equal calls give equal replies", () => {
    const act = fc.record({
      side: fc.constantFrom("Buy", "Sell"),
      orderType: fc.constantFrom("Market", "Limit"),
      timeInForce: fc.constantFrom("GTC", "IOC", "PostOnly"),
      qty: fc.integer({ min: 1, max: 3000 }).map((lots) => (lots / 1000).toFixed(3)),
      price: fc.integer({ min: 970, max: 1030 }).map((ticks) => (ticks / 10).toFixed(1)),
      reduceOnly: fc.boolean(),
      category: fc.constantFrom("linear", "spot"),
      waitMs: fc.integer({ min: 0, max: 900_000 }),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
        const run = (): string[] => {
          const venue = smallVenue();
          const log: string[] = [];
          for (const { waitMs, ...parameters } of acts) {
            log.push(JSON.stringify(caller(venue).order({ ...parameters, marketUnit: "baseCoin" })));
            venue.advanceTo(venue.nowMs + waitMs);
          }
          for (const account of venue.world.accounts.values()) {
            for (const [coin, { wallet, locked }] of account.coins) {
              const sum = account.ledger
                .filter((row) => row.coin === coin)
                .reduce((total, row) => total + row.change, 0n);
              const flow = coin === "USDT" || coin === "BTC" ? spotFlow(account, coin) : 0n;
              expect(sum + flow, `ledger of ${coin}`).toBe(wallet);
              const open = [...account.open.values()].filter(({ lockedCoin }) => lockedCoin === coin);
              expect(
                open.reduce((total, order) => total + order.locked, 0n),
                `locked ${coin}`,
              ).toBe(locked);
            }
          }
          log.push(JSON.stringify(venue.takePushes()));
          return log;
        };
        expect(run()).toEqual(run());
      }),
      { seed: 7, numRuns: 40 },
    );
  });
});

type Account = ReturnType<typeof smallVenue>["world"]["accounts"] extends Map<string, infer A> ? A : never;

/** What spot trades moved of a coin besides fees. */
function spotFlow(account: Account, coin: string): bigint {
  let flow = 0n;
  for (const { listing, side, value, lots, type } of account.executions) {
    if (listing.category !== "spot" || type !== "Trade") continue;
    if (coin === listing.base) flow += BigInt(side) * listing.step * BigInt(lots);
    if (coin === listing.quote) flow -= BigInt(side) * value;
  }
  return flow;
}
