import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../core/index.ts";
import { FillRecorder } from "./fill-recorder.ts";
import { SimulatedExchange } from "./simulated-exchange.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { oneSymbolTape, randomTape, still } from "./testing/hand-tape.ts";
import { randomConfig, randomOrder } from "./testing/random-session.ts";

const BARS = 60;

/** Everything that may differ between an account of one episode and one of many: how many there were. */
function standing(exchange: SimulatedExchange): Record<string, readonly number[]> {
  const { book } = exchange;
  return Object.fromEntries(
    Object.entries(exchange.state())
      .filter(([name]) => name !== "episode")
      // What an order wanted that waits no more is nobody's business.
      .map(([name, column]) => [
        name,
        name.startsWith("pending") ? column.map((v, i) => (book.pending[i] === 1 ? v : 0)) : column,
      ]),
  );
}

/** The columns of the first and the last of three accounts. */
function ofOthers(exchange: SimulatedExchange): Record<string, readonly number[]> {
  return Object.fromEntries(
    Object.entries(standing(exchange)).map(([name, column]) => {
      const each = column.length / 3;
      return [name, [...column.slice(0, each), ...column.slice(2 * each)]];
    }),
  );
}

/** The same random orders of both accounts, bar by bar. */
function play(exchange: SimulatedExchange, seed: number, bars: number): void {
  const random = new Random(seed);
  const { tape, terms, book } = exchange;
  for (let k = 0; k < bars; k++) {
    for (let account = 0; account < book.accounts; account++) {
      for (let s = 0; s < tape.symbols; s++) {
        const price = Math.max(1e-9, tape.close[book.bar[account] * tape.symbols + s]);
        const o = randomOrder(random, 30_000, price * terms.unit[s]);
        if (random.uniform() < 0.5) {
          exchange.order(account, s, o.target, o.stop, o.profit, o.trail, o.maxBars, o.urgency);
        }
      }
      exchange.advance(account);
    }
  }
}

describe("an episode after another", () => {
  it("begins as the first one does and goes on as it would have", () => {
    let traded = 0;
    let liquidated = 0;
    assert(
      property(integer(), integer({ min: 1, max: 20 }), (seed, length) => {
        const random = new Random(seed);
        const tape = randomTape(random, 1 + random.below(3), BARS);
        tape.volume.forEach((v, i) => (tape.volume[i] = v + tape.present[i]));
        const config = randomConfig(random, { checked: true });
        const [used, fresh] = [0, 1].map(
          () => new SimulatedExchange(tape, config, { accounts: 2, seed, recorder: new FillRecorder() }),
        );
        for (const account of [0, 1]) used.reset(account, 0, 2_000);
        play(used, seed + 1, length);
        traded += used.book.fillCount[0];
        liquidated += used.book.status[0] + used.book.status[1];
        const bar = random.below(BARS / 2);
        for (const exchange of [used, fresh]) {
          for (const account of [0, 1]) exchange.reset(account, bar, 5_000, 7 + account);
        }
        expect(standing(used)).toEqual(standing(fresh));
        for (const exchange of [used, fresh]) play(exchange, seed + 2, length);
        expect(standing(used)).toEqual(standing(fresh));
      }),
      { numRuns: 60 },
    );
    expect(traded, "there was something to forget").toBeGreaterThan(100);
    expect(liquidated).toBeGreaterThan(0);
  });

  it("is counted, so that what is kept beside the book can tell", () => {
    const { exchange } = handExchange(oneSymbolTape([still(100), still(100)]));
    expect([...exchange.book.episode]).toEqual([1]);
    exchange.reset(0, 0, 5_000);
    expect([...exchange.book.episode]).toEqual([2]);
  });

  it("of one account leaves the others as they are", () => {
    const tape = randomTape(new Random(5), 3, BARS);
    tape.volume.forEach((v, i) => (tape.volume[i] = v + tape.present[i]));
    const config = randomConfig(new Random(6), { checked: true });
    const exchange = new SimulatedExchange(tape, config, { accounts: 3, seed: 1 });
    for (const account of [0, 1, 2]) exchange.reset(account, 0, 10_000);
    play(exchange, 9, 12);
    const before = ofOthers(exchange);
    exchange.reset(1, 0, 10_000);
    expect(ofOthers(exchange)).toEqual(before);
  });
});
