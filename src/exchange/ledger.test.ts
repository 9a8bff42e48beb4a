import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError, Random } from "../core/index.ts";
import { everyday } from "../core/testing/nightly.ts";
import { resolveExchangeConfig } from "./config.ts";
import { FillRecorder } from "./fill-recorder.ts";
import { AccountStatus } from "./outcome.ts";
import { SimulatedExchange } from "./simulated-exchange.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { oneSymbolTape, randomTape, still } from "./testing/hand-tape.ts";
import { randomConfig, randomOrder } from "./testing/random-session.ts";

const BALANCE = 1_000;
const SEED = 20_260_102;

/** An exchange with one account on a random tape, and the generator that made it. */
function randomExchange(seed: number, bars: number) {
  const random = new Random(seed);
  const tape = randomTape(random, 1 + random.below(3), bars + 1);
  const config = randomConfig(random, { checked: true });
  if (config.slippageModel === "square-root") tape.volume.forEach((v, i) => (tape.volume[i] = v + tape.present[i]));
  const recorder = new FillRecorder();
  const exchange = new SimulatedExchange(tape, config, { accounts: 1, seed, recorder });
  exchange.reset(0, 0, BALANCE);
  return { random, tape, config, recorder, exchange };
}

function orderAtRandom({ random, tape, config, exchange }: ReturnType<typeof randomExchange>): void {
  for (let s = 0; s < tape.symbols; s++) {
    const price = tape.close[exchange.book.bar[0] * tape.symbols + s];
    if (price === 0 || random.uniform() < 0.4) continue;
    const order = randomOrder(random, (BALANCE * config.leverage) / tape.symbols, exchange.terms.unit[s] * price);
    exchange.order(0, s, order.target, order.stop, order.profit, order.trail, order.maxBars, order.urgency);
  }
}

const session = fc.tuple(fc.integer(), fc.integer({ min: 1, max: 30 }));

describe("the ledger", () => {
  test("every invariant holds on random sessions, and a position never changes without a fill", () => {
    let liquidated = 0;
    fc.assert(
      fc.property(session, ([seed, bars]) => {
        const game = randomExchange(seed, bars);
        const { exchange, recorder, tape } = game;
        const held = new Float64Array(tape.symbols);
        let counted = 0;
        const apart: string[] = [];
        for (let t = 0; t < bars; t++) {
          orderAtRandom(game);
          // A checked exchange asserts the identity, whole lots, margin at the order and finiteness by itself.
          exchange.advance(0);
          for (; counted < recorder.count; counted++)
            held[recorder.fill(counted).symbol] += recorder.fill(counted).lots;
          if (exchange.book.lots.some((lots, s) => lots !== held[s])) apart.push(`seed ${seed}, bar ${t + 1}`);
        }
        expect(apart, "positions are the sum of fills").toEqual([]);
        exchange.closeOut(0);
        expect([...exchange.book.lots].every((lots) => lots === 0)).toBe(true);
        expect(exchange.book.equity[0]).toBe(exchange.book.balance[0]);
        liquidated += exchange.book.status[0] === AccountStatus.liquidated ? 1 : 0;
      }),
      { numRuns: everyday(5_000), seed: SEED },
    );
    expect(liquidated, "liquidations are among the sessions").toBeGreaterThan(everyday(100));
  });

  test("orders for nothing change nothing", () => {
    fc.assert(
      fc.property(session, ([seed, bars]) => {
        const { exchange, recorder, tape } = randomExchange(seed, bars);
        for (let t = 0; t < bars; t++) {
          for (let s = 0; s < tape.symbols; s++) exchange.order(0, s, t % 2 === 0 ? 0 : 0.9, 0.1, 0.1, 0.1, 3, 1);
          exchange.advance(0);
        }
        expect(recorder.count).toBe(0);
        expect(exchange.book.equity[0]).toBe(BALANCE);
      }),
      { numRuns: everyday(1_000), seed: SEED },
    );
  });

  test("a round trip at a constant price loses exactly its costs", () => {
    fc.assert(
      fc.property(
        fc.record({
          price: fc.integer({ min: 100, max: 10_000_000 }),
          lots: fc.integer({ min: -5_000, max: 5_000 }).filter((lots) => lots !== 0),
          feeBps: fc.double({ min: 0, max: 50, noNaN: true }),
          slippageBps: fc.double({ min: 0, max: 50, noNaN: true }),
          held: fc.integer({ min: 0, max: 5 }),
        }),
        ({ price, lots, feeBps, slippageBps, held }) => {
          const tape = oneSymbolTape(Array.from({ length: held + 3 }, () => still(price / 100)));
          const costs = { takerFeeBps: feeBps, baseSlippageBps: slippageBps };
          const { exchange, recorder, order, advance } = handExchange(tape, costs, 1e9);
          order(lots);
          advance(1 + held);
          order(0);
          advance();
          const [entry, exit] = recorder.fills();
          const slippage = Math.abs(entry.quantity) * Math.abs(exit.price - entry.price);
          const lost = 1e9 - exchange.book.equity[0];
          expect(Math.abs(lost - (entry.fee + exit.fee + slippage))).toBeLessThan(1e-6);
          expect(recorder.totalSlippage(), "the recorder knows the same slippage").toBeCloseTo(slippage, 6);
          const costless = feeBps === 0 && slippageBps === 0;
          expect(costless && lost !== 0, "without costs nothing is lost").toBe(false);
        },
      ),
      { numRuns: everyday(1_000), seed: SEED },
    );
  });

  test("what comes after a bar changes nothing at or before it", () => {
    fc.assert(
      fc.property(session, ([seed, bars]) => {
        const straight = randomExchange(seed, bars);
        const bent = randomExchange(seed, bars);
        const cut = Math.floor(bars / 2);
        const from = (cut + 1) * bent.tape.symbols;
        for (const column of [bent.tape.open, bent.tape.high, bent.tape.low, bent.tape.close, bent.tape.volume]) {
          for (let i = from; i < column.length; i++) column[i] *= 3;
        }
        for (let t = 0; t < cut; t++) {
          for (const game of [straight, bent]) {
            orderAtRandom(game);
            game.exchange.advance(0);
          }
        }
        expect(bent.recorder.tradeHash()).toBe(straight.recorder.tradeHash());
        expect(bent.exchange.book.equity[0]).toBe(straight.exchange.book.equity[0]);
      }),
      { numRuns: everyday(500), seed: SEED },
    );
  });

  test("opening a bar looks at its open, funding and presence only", () => {
    fc.assert(
      fc.property(session, ([seed, bars]) => {
        const whole = randomExchange(seed, bars);
        const live = randomExchange(seed, bars);
        const { tape } = live;
        const finished = ["high", "low", "close", "volume"] as const;
        const kept = finished.map((name) => tape[name].slice());
        for (let t = 0; t < bars; t++) {
          const next = (t + 1) * tape.symbols;
          orderAtRandom(whole);
          whole.exchange.advance(0);
          // What the bar has not yet shown is nonsense until it is finished.
          for (const name of finished) tape[name].fill(Number.NaN, next, next + tape.symbols);
          orderAtRandom(live);
          live.exchange.openBar(0);
          finished.forEach((name, i) => tape[name].set(kept[i].subarray(next, next + tape.symbols), next));
          live.exchange.closeBar(0);
        }
        expect(live.recorder.tradeHash()).toBe(whole.recorder.tradeHash());
        expect(live.exchange.book.equity[0]).toBe(whole.exchange.book.equity[0]);
      }),
      { numRuns: everyday(500), seed: SEED },
    );
  });

  test("a saved account continues exactly", () => {
    fc.assert(
      fc.property(session, ([seed, bars]) => {
        const one = randomExchange(seed, bars);
        for (let t = 0; t < bars - 1; t++) {
          orderAtRandom(one);
          one.exchange.advance(0);
        }
        orderAtRandom(one);
        const other = new SimulatedExchange(one.tape, one.config, { accounts: 1, seed });
        other.restore(JSON.parse(JSON.stringify(one.exchange.state())) as ReturnType<SimulatedExchange["state"]>);
        one.exchange.advance(0);
        other.advance(0);
        expect(other.state()).toEqual(one.exchange.state());
      }),
      { numRuns: everyday(300), seed: SEED },
    );
  });
});

describe("broken promises", () => {
  test("a price that is not a number stops the kernel and names account, symbol and bar", () => {
    const tape = oneSymbolTape([still(100), still(100), still(100)]);
    tape.close[2] = Number.NaN;
    const { order, advance } = handExchange(tape, { checked: false });
    order(1_000);
    advance();
    expect(() => advance()).toThrow(InvariantError);
    const again = handExchange(tape, { checked: false });
    again.order(1_000);
    again.advance();
    expect(() => again.advance()).toThrow(/account 0, AAAUSDT, bar 2/);
  });

  test("nothing is ordered, opened or reset that makes no sense", () => {
    const { exchange, order, advance } = handExchange(oneSymbolTape([still(100), still(100)]));
    expect(() => order(Number.NaN)).toThrow(/AAAUSDT/);
    expect(() => order(1, { stop: -0.1 })).toThrow(InvariantError);
    expect(() => exchange.closeBar(0)).toThrow(/opens before it closes/);
    advance();
    expect(() => advance()).toThrow(/lies within the tape/);
    expect(() => exchange.reset(0, 0, 0)).toThrow(/above zero/);
    expect(() => exchange.reset(1, 0, 1)).toThrow(/exists/);
  });

  test("settings outside their range are refused with key, value and range", () => {
    expect(() => resolveExchangeConfig({ leverage: 0 })).toThrow(
      /"exchange.leverage" is 0, allowed is a number from 1/,
    );
    expect(() => resolveExchangeConfig({ halfSpreadBps: Number.NaN })).toThrow(/halfSpreadBps/);
    expect(() => resolveExchangeConfig(JSON.parse('{"slippageModel":"cubic"}') as object)).toThrow(/"square-root"/);
    expect(() => resolveExchangeConfig(JSON.parse('{"leverge":3}') as object)).toThrow(/leverge/);
  });
});
