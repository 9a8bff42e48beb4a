import { describe, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { resolveExchangeConfig } from "./config.ts";
import { FillRecorder } from "./fill-recorder.ts";
import { OrderOutcome } from "./outcome.ts";
import { SimulatedExchange } from "./simulated-exchange.ts";
import { drawKeys } from "./slippage.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { oneSymbolTape, randomTape, still } from "./testing/hand-tape.ts";
import { randomOrder } from "./testing/random-session.ts";

const BARS = 60;
const tape = randomTape(new Random(11), 3, BARS + 1);

/** Plays one account of an exchange with orders drawn from `seed`, one bar a call. */
function player(exchange: SimulatedExchange, account: number, seed: number): () => void {
  const random = new Random(seed);
  return () => {
    for (let s = 0; s < tape.symbols; s++) {
      const price = tape.close[exchange.book.bar[account] * tape.symbols + s];
      if (price === 0) continue;
      const order = randomOrder(random, 1_000, exchange.terms.unit[s] * price);
      exchange.order(account, s, order.target, order.stop, order.profit, order.trail, order.maxBars, order.urgency);
    }
    exchange.advance(account);
  };
}

function play(seed: number, accounts: number, account: number, stream: number): string {
  const recorder = new FillRecorder();
  const exchange = new SimulatedExchange(tape, resolveExchangeConfig({ harsh: true }), { accounts, seed, recorder });
  const steps = Array.from({ length: accounts }, (_, a) => {
    exchange.reset(a, 0, 10_000, a === account ? stream : 1_000 + a);
    return player(exchange, a, a === account ? 5 : 900 + a);
  });
  for (let t = 0; t < BARS; t++) for (const step of steps) step();
  expect(recorder.fills(account).length, "the session trades").toBeGreaterThan(50);
  return recorder.tradeHash(account);
}

describe("harsh mode", () => {
  test("a run repeats exactly, and differs by seed and by stream", () => {
    const hash = play(7, 1, 0, 3);
    expect(play(7, 1, 0, 3)).toBe(hash);
    expect(play(8, 1, 0, 3)).not.toBe(hash);
    expect(play(7, 1, 0, 4)).not.toBe(hash);
  });

  test("what other accounts do changes nothing", () => {
    expect(play(7, 5, 2, 3)).toBe(play(7, 1, 0, 3));
  });

  test("orders fill in part with the stated probability, and the share is uniform", () => {
    const rounds = 4_000;
    const flat = oneSymbolTape(Array.from({ length: 2 * rounds + 1 }, () => still(100)));
    const config = { harsh: true, harshExtraSlippageBps: 0, harshLatencyShare: 0, checked: false };
    const { exchange, recorder, order, advance } = handExchange(flat, config, 1e9);
    let parts = 0;
    let share = 0;
    for (let i = 0; i < rounds; i++) {
      order(100_000);
      advance();
      const outcome = exchange.book.outcome[0];
      if (outcome === OrderOutcome.partial || outcome === OrderOutcome.refusedPartial) {
        parts++;
        share += exchange.book.lots[0] / 100_000;
      }
      exchange.closeOut(0);
      exchange.reset(0, exchange.book.bar[0], 1e9, 0);
    }
    expect(recorder.count).toBeGreaterThan(rounds);
    // 0.2 and 0.5, within five standard errors.
    expect(Math.abs(parts / rounds - 0.2)).toBeLessThan(5 * Math.sqrt((0.2 * 0.8) / rounds));
    expect(Math.abs(share / parts - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / parts));
  });

  test("extra slippage and latency move the price against the trader, latency by at most its share of the last range", () => {
    const bars = Array.from({ length: 400 }, () => [100, 102, 98, 100] as const);
    const ranged = oneSymbolTape(bars, { tickSize: "0.000001" });
    const config = { harsh: true, harshPartialProbability: 0, harshExtraSlippageBps: 8, harshLatencyShare: 0.1 };
    const { recorder, order, advance } = handExchange(ranged, config, 1e9);
    for (let t = 0; t < 399; t++) {
      order(t % 2 === 0 ? 1_000 : -1_000);
      advance();
    }
    const shares = recorder.fills().map((fill) => (fill.price / 100 - 1) * Math.sign(fill.lots));
    // 8 bps and up to a tenth of (102 - 98) / 100.
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.0008 - 1e-7);
    expect(Math.max(...shares)).toBeLessThanOrEqual(0.0048 + 1e-7);
    expect(Math.max(...shares) - Math.min(...shares), "it is drawn").toBeGreaterThan(0.0035);
  });
});

test("a symbol draws by the FNV-1a hash of its name (published values), so that its company changes nothing", () => {
  const expected = [0xe40c292c, 0xbf9cf968, 0x811c9dc5].map((hash) => Math.imul(hash, 32));
  expect([...drawKeys(["a", "foobar", ""])]).toEqual(expected);
});
