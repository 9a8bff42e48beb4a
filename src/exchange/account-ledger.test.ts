import { describe, expect, it } from "vitest";
import { FillReason, Random } from "../core/index.ts";
import { AccountLedger } from "./account-ledger.ts";
import { FillRecorder } from "./fill-recorder.ts";
import { AccountStatus } from "./outcome.ts";
import { SimulatedExchange } from "./simulated-exchange.ts";
import { handTape, plainInstrument, randomTape, still } from "./testing/hand-tape.ts";
import { randomConfig, randomOrder } from "./testing/random-session.ts";

const BARS = 40;
const BALANCE = 1_000;
/** What may end a position after the order of the bar has been filled; a time stop comes before it. */
const EXITS: readonly number[] = [FillReason.stop, FillReason.target, FillReason.trail, FillReason.liquidation];

/** Every column of a book but its fills' count by chance: [name, values]. */
function columns(book: object): Array<readonly [string, number[]]> {
  return Object.entries(book).flatMap(([name, value]) =>
    ArrayBuffer.isView(value) ? [[name, Array.from(value as unknown as ArrayLike<number>, (x) => x + 0)] as const] : [],
  );
}

/** One random session of the simulated exchange, told bar by bar to a ledger. Returns what was met in it. */
function mirror(seed: number) {
  const random = new Random(seed);
  const tape = randomTape(random, 1 + random.below(3), BARS + 1);
  const config = randomConfig(random, { harsh: seed % 2 === 0 });
  if (config.slippageModel === "square-root") tape.volume.forEach((v, i) => (tape.volume[i] = v + tape.present[i]));
  const recorder = new FillRecorder();
  const exchange = new SimulatedExchange(tape, config, { accounts: 1, seed, recorder });
  const ledger = new AccountLedger(tape, config);
  exchange.reset(0, 0, BALANCE);
  ledger.reset(0, BALANCE);
  let told = 0;
  let reversals = 0;
  for (let t = 0; t < BARS && exchange.book.status[0] === AccountStatus.active; t++) {
    for (let s = 0; s < tape.symbols; s++) {
      const price = tape.close[exchange.book.bar[0] * tape.symbols + s];
      if (price === 0 || random.uniform() < 0.4) continue;
      const order = randomOrder(random, (BALANCE * config.leverage) / tape.symbols, exchange.terms.unit[s] * price);
      for (const desk of [exchange, ledger]) {
        desk.order(0, s, order.target, order.stop, order.profit, order.trail, order.maxBars, order.urgency);
      }
    }
    const pending = exchange.book.pending.slice();
    exchange.advance(0);
    const { book } = exchange;
    const settle = (s: number): void => {
      if (pending[s] === 1 && book.pending[s] === 0)
        ledger.settle(s, book.outcome[s] as Parameters<AccountLedger["settle"]>[1]);
      pending[s] = 0;
    };
    ledger.open();
    for (let s = 0; s < tape.symbols; s++) if (book.openFunding[s] !== 0) ledger.fund(s, book.openFunding[s], false);
    for (; told < recorder.count; told++) {
      const { symbol, lots, price, fee, reason } = recorder.fill(told);
      if (EXITS.includes(reason)) settle(symbol);
      if (ledger.book.lots[symbol] * lots < 0 && Math.abs(lots) > Math.abs(ledger.book.lots[symbol])) reversals++;
      ledger.fill(symbol, lots, price, fee);
    }
    for (let s = 0; s < tape.symbols; s++) if (book.withinFunding[s] !== 0) ledger.fund(s, book.withinFunding[s], true);
    for (let s = 0; s < tape.symbols; s++) settle(s);
    ledger.close(book.status[0] === AccountStatus.liquidated);
    requireEqual(seed, t, ledger, exchange);
  }
  return { fills: recorder.count, liquidated: exchange.book.status[0] === AccountStatus.liquidated, reversals };
}

/** Sums of money may differ in their last digit, because funding and fills inside a bar come in another order. */
function requireEqual(seed: number, bar: number, ledger: AccountLedger, exchange: SimulatedExchange): void {
  const expected = new Map(columns(exchange.book));
  for (const [name, values] of columns(ledger.book)) {
    if (name === "outcome" || name === "turnover") continue;
    const theirs = expected.get(name) ?? [];
    for (const [i, value] of values.entries()) {
      const far = Math.abs(value - theirs[i]) > 1e-9 * Math.max(1, Math.abs(theirs[i]));
      if (far) throw new Error(`seed ${seed}, bar ${bar + 1}, ${name}[${i}]: ${value}, expected ${theirs[i]}`);
    }
  }
}

const two = () => {
  const instruments = [plainInstrument({}, "AUSDT"), plainInstrument({}, "BUSDT")];
  const bars = Array.from({ length: 6 }, (_, t) => [still(100 + t), t === 3 ? null : still(50)]);
  const tape = handTape(instruments, bars);
  const ledger = new AccountLedger(tape, randomConfig(new Random(1), { leverage: 5 }));
  ledger.reset(0, 1_000);
  return ledger;
};

describe("a ledger that is told what was filled", () => {
  it("has the columns of the exchange that filled it, in random sessions", () => {
    let fills = 0;
    let liquidated = 0;
    for (let seed = 1; seed <= 120; seed++) {
      const met = mirror(seed);
      fills += met.fills;
      if (met.liquidated) liquidated++;
    }
    expect(fills).toBeGreaterThan(2_000);
    expect(liquidated).toBeGreaterThan(3);
  });

  it("books one fill through zero as two", () => {
    const ledger = two();
    ledger.open();
    ledger.fill(0, 4_000, 100, 4);
    ledger.fill(0, -6_000, 101, 6);
    const { book } = ledger;
    expect([book.lots[0], book.entryPrice[0], book.entryBar[0]]).toEqual([-2_000, 101, 1]);
    expect(book.realised[0]).toBeCloseTo(4, 12);
    expect(book.fees[0]).toBeCloseTo(10, 12);
    expect(book.netProfit[0]).toBeCloseTo(4 - 10, 12);
  });

  it("starts each bar's funding anew, counts absent bars of what is held, and knows the margin in use", () => {
    const ledger = two();
    const { book } = ledger;
    ledger.open();
    ledger.fill(0, 1_000, 100, 0);
    ledger.fill(1, 2_000, 50, 0);
    ledger.fund(0, -1, false);
    ledger.fund(1, 2, true);
    expect([[...book.openFunding], [...book.withinFunding], book.funding[0]]).toEqual([[-1, 0], [0, 2], 1]);
    ledger.close(false);
    expect(book.marginUsed[0]).toBeCloseTo((101 + 2 * 50) / 5, 12);
    expect(book.equity[0]).toBeCloseTo(1_000 + 1 + 1, 12);
    ledger.open();
    expect([[...book.openFunding], [...book.withinFunding]]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    ledger.close(false);
    ledger.open();
    expect([...book.absentBars], "the second has no bar 3").toEqual([0, 1]);
    ledger.close(false);
    ledger.open();
    expect([...book.absentBars]).toEqual([0, 0]);
  });

  it("ends with everything closed: no margin, equity is what is left", () => {
    const ledger = two();
    ledger.open();
    ledger.fill(0, 1_000, 100, 1);
    ledger.close(false);
    ledger.fill(0, -1_000, 90, 1);
    ledger.closedOut();
    expect([ledger.book.marginUsed[0], ledger.book.equity[0]]).toEqual([0, 988]);
  });

  it("trades no more once the venue has liquidated it, and forgets its orders", () => {
    const ledger = two();
    const { book } = ledger;
    ledger.open();
    ledger.fill(0, 40_000, 100, 0);
    ledger.close(false);
    ledger.order(0, 1, 100, 0, 0, 0, 0, 1);
    ledger.open();
    ledger.fill(0, -40_000, 70, 0);
    ledger.close(true);
    expect(book.status[0]).toBe(AccountStatus.liquidated);
    expect([...book.pending]).toEqual([0, 0]);
    expect([book.balance[0], book.equity[0], book.marginUsed[0]], "never below zero").toEqual([0, 0, 0]);
    ledger.open();
    ledger.close(false);
    expect(book.equity[0]).toBe(0);
  });
});
