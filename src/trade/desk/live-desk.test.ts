import { expect, test } from "vitest";
import { exactText, parseTimeframe, stepsText } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { syntheticTape } from "../../market/index.ts";
import type { BrokerExecution } from "../broker.ts";
import { LiveDesk } from "./live-desk.ts";
import { LiveTape } from "./live-tape.ts";

const TAPE = syntheticTape({ seed: 1, bars: 20, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT"] });

function filled(lots: number, over: Partial<BrokerExecution>): BrokerExecution {
  return {
    executionId: `x${lots}`,
    kind: "trade",
    orderId: "1",
    clientOrderId: "1",
    role: "ours",
    symbol: "BTCUSDT",
    side: lots > 0 ? "buy" : "sell",
    quantity: exactText(stepsText(Math.abs(lots), TAPE.instruments[0].lotStep)),
    price: exactText("100"),
    fee: exactText("0"),
    feeCurrency: "USDT",
    maker: false,
    timeMs: 0,
    ...over,
  };
}

test("a fee that is kept in the coin costs its worth, and what it leaves of a lot is not held", () => {
  const step = TAPE.instruments[0].lotStep;
  const desk = new LiveDesk("s", new LiveTape(TAPE, 40), resolveExchangeConfig({}));
  desk.reset(10_000);
  const tell = (lots: number, over: Partial<BrokerExecution> = {}) =>
    desk.apply({ kind: "broker", event: { kind: "execution", execution: filled(lots, over) } }, false);
  // Half a lot of a hundred stays with the venue.
  const fee = exactText(String(Number(step) / 2));
  tell(100, { fee, feeCurrency: "BTC" });
  expect(desk.book.lots[0]).toBe(100);
  tell(-99);
  expect(desk.book.lots[0], "half a lot is none").toBe(0);
  tell(10);
  tell(-4, { executionId: "part" });
  expect(desk.book.lots[0], "the half goes along, and rounds up").toBe(7);
  expect(desk.book.fees[0], "its worth in quote currency").toBeCloseTo(Number(fee) * 100, 12);
});
