import { describe, expect, test } from "vitest";
import { decimal, exactText } from "../../../core/index.ts";
import { resolveExchangeConfig } from "../../../exchange/index.ts";
import { handTape, plainInstrument, still } from "../../../exchange/testing/hand-tape.ts";
import type { OrderRequest } from "../../broker.ts";
import { LiveTape } from "../../desk/live-tape.ts";
import { type BrokerHarness, testBrokerContract } from "../../testing/broker-contract.ts";
import { PaperBroker } from "./paper-broker.ts";

const ROOM = 30;
const VOLUME = 1e6;

/** A market of bars that stand still at the quote; orders fill at an open, buys at the ask and sells at the bid. */
function open(symbols: readonly string[] = ["BTCUSDT"]): BrokerHarness & { readonly broker: PaperBroker } {
  const terms = { tickSize: "0.1", minNotional: 5, takerFeeBps: 5 };
  const instruments = symbols.map((symbol) => plainInstrument(terms, symbol));
  const live = new LiveTape(handTape(instruments, [instruments.map(() => still(100))]), ROOM);
  const config = resolveExchangeConfig({ slippageModel: "fixed", baseSlippageBps: 0 });
  const broker = new PaperBroker({ tape: live.tape, config, seed: 1, balance: 10_000, bar: 0 });
  const { book } = broker.exchange;
  let [bid, ask] = [100, 100.1];
  const bars = () => {
    const openMs = live.lastOpenMs + live.tape.barMs;
    const prices = instruments.map((_, s) => (book.pending[s] === 1 && book.pendingLots[s] > book.lots[s] ? ask : bid));
    live.begin(
      openMs,
      prices,
      instruments.map(() => 0),
    );
    broker.openBar();
    live.complete(
      openMs,
      prices.map((price) => [price, Math.max(price, bid), Math.min(price, bid), bid, VOLUME, 0]),
    );
    broker.closeBar();
  };
  const whole = (order: OrderRequest): OrderRequest => {
    const side = order.side === "buy" ? 1 : -1;
    const change = decimal(order.quantity).div("0.001").toNumber() * side;
    const [held] = book.lots;
    const lots = order.reduceOnly ? 0 : held + change;
    const entry = held === 0 ? (side === 1 ? ask : bid) : book.entryPrice[0];
    const share = (price: string | undefined): number =>
      price === undefined ? 0 : Math.abs(Number(price) / entry - 1);
    const { stopPrice, targetPrice, ...rest } = order;
    const target = {
      lots,
      stopDistance: share(stopPrice),
      targetDistance: share(targetPrice),
      trailDistance: 0,
      maxBars: 0,
      urgency: 1,
    };
    return { ...rest, target };
  };
  return {
    broker,
    symbol: "BTCUSDT",
    setQuote: (toBid, toAsk) => {
      [bid, ask] = [Number(toBid), Number(toAsk)];
      return Promise.resolve();
    },
    settle: () => Promise.resolve(bars()),
    whole,
    close: () => Promise.resolve(),
  };
}

testBrokerContract("the paper broker", () => Promise.resolve(open()));

describe("the paper broker", () => {
  test("cancels the orders of one symbol and leaves those of the others", async () => {
    const { broker, whole } = open(["BTCUSDT", "ETHUSDT"]);
    for (const symbol of ["BTCUSDT", "ETHUSDT"]) {
      const sent = {
        clientOrderId: symbol,
        symbol,
        side: "buy",
        purpose: "entry",
        type: "market",
        timeInForce: "ioc",
        quantity: exactText("0.1"),
        reduceOnly: false,
      } as const;
      await broker.submit(whole?.(sent) ?? sent);
    }
    await broker.cancelAll({ symbol: "BTCUSDT", keepProtective: true });
    expect((await broker.openOrders()).map(({ symbol }) => symbol)).toEqual(["ETHUSDT"]);
    await broker.cancelAll({ keepProtective: true });
    expect(await broker.openOrders()).toEqual([]);
  });
});
