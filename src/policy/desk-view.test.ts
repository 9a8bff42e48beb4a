import { expect, it } from "vitest";
import { resolveExchangeConfig, SimulatedExchange } from "../exchange/index.ts";
import { handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import { DeskView } from "./desk-view.ts";

const FREE = { takerFeeBps: 0, slippageModel: "fixed", halfSpreadBps: 0, baseSlippageBps: 0 } as const;

/** Two accounts over two symbols, the second with ten units in a contract. */
function desk(): SimulatedExchange {
  const instruments = [plainInstrument({}, "AAAUSDT"), plainInstrument({ multiplier: 10 }, "BBBUSDT")];
  const bars = [100, 100, 110, 121].map((price) => [still(price), still(price / 10)]);
  const exchange = new SimulatedExchange(handTape(instruments, bars), resolveExchangeConfig(FREE), {
    accounts: 2,
    seed: 1,
  });
  exchange.reset(0, 0, 10_000);
  exchange.reset(1, 0, 5_000);
  return exchange;
}

it("tells each account its own figures, in units of the base", () => {
  const exchange = desk();
  const [first, second] = [new DeskView(exchange, 0), new DeskView(exchange, 1)];
  exchange.order(1, 0, -3_000, 0, 0, 0, 0, 1);
  exchange.order(1, 1, 2_000, 0, 0, 0, 0, 1);
  for (const account of [0, 1]) {
    exchange.advance(account);
    exchange.advance(account);
  }
  expect(first.position(0), "the other account's order is not its own").toBe(0);
  expect([first.equity, first.balance, first.initialBalance]).toEqual([10_000, 10_000, 10_000]);
  expect([first.entryPrice(0), first.entryBar(0), first.lastFillBar(0), first.unrealised(0)]).toEqual([0, -1, -1, 0]);

  expect(second.position(0), "3,000 lots of 0.001 sold").toBe(-3);
  expect(second.position(1), "2,000 lots of 0.001 times ten units").toBe(20);
  expect([second.entryPrice(0), second.entryPrice(1)]).toEqual([100, 10]);
  expect([second.entryBar(0), second.lastFillBar(1)]).toEqual([1, 1]);
  expect(second.unrealised(0), "3 units short through a rise of 10").toBeCloseTo(-30, 9);
  expect(second.unrealised(1), "20 units long through a rise of 1").toBeCloseTo(20, 9);
  expect(second.equity).toBeCloseTo(4_990, 9);
  expect(second.balance).toBe(5_000);
  expect(second.drawdown).toBeCloseTo(10 / 5_000, 12);
  expect(second.marginUsed).toBeGreaterThan(0);
  expect(second.isUnfinished(0)).toBe(false);
});

it("says where an order has to be asked for again", () => {
  const instruments = [plainInstrument()];
  const tape = handTape(instruments, [[still(100)], [null], [still(100)], [still(100)]]);
  const exchange = new SimulatedExchange(tape, resolveExchangeConfig(FREE), { accounts: 1, seed: 1 });
  exchange.reset(0, 0, 10_000);
  const view = new DeskView(exchange, 0);
  exchange.order(0, 0, 1_000, 0, 0, 0, 0, 1);
  exchange.advance(0);
  expect([view.position(0), view.isUnfinished(0)], "absent at the open").toEqual([0, true]);
  exchange.order(0, 0, 1_000, 0, 0, 0, 0, 1);
  exchange.advance(0);
  expect([view.position(0), view.isUnfinished(0)], "filled").toEqual([1, false]);
});
