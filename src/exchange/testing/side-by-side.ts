/** @file Kernel and plain reference side by side on one tape and one stream of random orders. */
import { expect } from "vitest";
import type { Random } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { ExchangeConfig } from "../config.ts";
import { FillRecorder } from "../fill-recorder.ts";
import { AccountStatus } from "../outcome.ts";
import { SimulatedExchange } from "../simulated-exchange.ts";
import { randomOrder } from "./random-session.ts";
import { ReferenceExchange } from "./reference-exchange.ts";

const BALANCE = 1_000;

/** Both numbers within 1e-9 of the money that moved. */
function near(actual: number, expected: number, scale: number, what: string): void {
  if (!(Math.abs(actual - expected) <= 1e-9 * scale)) {
    expect.fail(`${what}: the kernel has ${actual}, the reference ${expected} (scale ${scale})`);
  }
}

function same(actual: number, expected: number, what: string): void {
  if (actual !== expected) expect.fail(`${what}: the kernel has ${actual}, the reference ${expected}`);
}

export type Session = {
  readonly tape: MarketTape;
  readonly config: ExchangeConfig;
  readonly random: Random;
  readonly seed: number;
  /** First bar of a decision, and bars to play. */
  readonly from: number;
  readonly bars: number;
  /** Probability that a symbol gets no order at a close. */
  readonly idle: number;
};

export type Played = { readonly fills: number; readonly reasons: ReadonlySet<number>; readonly liquidated: boolean };

/**
 * Plays a session on both, and then a second one on the same account, as a training does: nothing of the first may be left.
 * Every number of the account is compared after every bar, every fill at the end.
 */
export function playSideBySide(session: Session): Played {
  const { tape, config, random, seed } = session;
  const recorder = new FillRecorder(tape.barMs);
  const exchange = new SimulatedExchange(tape, config, { accounts: 2, seed, recorder });
  const first = playEpisode(session, exchange, recorder);
  const second = playEpisode(
    { ...session, from: session.from + random.below(2), bars: session.bars - 1 },
    exchange,
    recorder,
  );
  return {
    fills: first.fills + second.fills,
    reasons: new Set([...first.reasons, ...second.reasons]),
    liquidated: first.liquidated || second.liquidated,
  };
}

function playEpisode(session: Session, exchange: SimulatedExchange, recorder: FillRecorder): Played {
  const { tape, config, random, seed, from, bars, idle } = session;
  const symbols = tape.symbols;
  const stream = random.below(100);
  recorder.clear();
  exchange.reset(1, from, BALANCE, stream);
  const reference = new ReferenceExchange(tape, config, seed, stream, from, BALANCE);
  const book = exchange.book;
  const where = `seed ${seed}, ${bars} bars`;

  const compare = (): void => {
    const scale = BALANCE + book.turnover[1];
    const bar = `${where}, bar ${reference.bar}`;
    same(book.bar[1], reference.bar, `${bar}: bar`);
    const liquidated = book.status[1] === AccountStatus.liquidated;
    same(Number(liquidated), Number(reference.liquidated), `${bar}: liquidated`);
    near(book.balance[1], reference.balance, scale, `${bar}: balance`);
    near(book.equity[1], reference.equity, scale, `${bar}: equity`);
    near(book.realised[1], reference.realised, scale, `${bar}: realised`);
    near(book.fees[1], reference.fees, scale, `${bar}: fees`);
    near(book.funding[1], reference.funding, scale, `${bar}: funding`);
    near(book.shortfall[1], reference.shortfall, scale, `${bar}: shortfall`);
    near(book.marginUsed[1], reference.margin, scale, `${bar}: margin`);
    near(book.drawdown[1], 1 - reference.equity / reference.peak, scale, `${bar}: drawdown`);
    for (let s = 0; s < symbols; s++) {
      const row = symbols + s;
      const position = reference.positions.get(s);
      same(book.lots[row], position?.lots ?? 0, `${bar}, symbol ${s}: lots`);
      if (position === undefined) continue;
      const entry = position.cost / position.lots;
      near(book.entryPrice[row], entry, entry, `${bar}, symbol ${s}: entry`);
      near(book.trailExtreme[row], position.best, entry, `${bar}, symbol ${s}: best price`);
      same(book.entryBar[row], position.entryBar, `${bar}, symbol ${s}: bar of entry`);
    }
    same(recorder.count, reference.fills.length, `${bar}: fills`);
  };

  for (let t = from; t < from + bars; t++) {
    for (let s = 0; s < symbols; s++) {
      const price = tape.close[t * symbols + s];
      if (price === 0 || random.uniform() < idle) continue;
      const order = randomOrder(random, (BALANCE * config.leverage) / symbols, exchange.terms.unit[s] * price);
      exchange.order(1, s, order.target, order.stop, order.profit, order.trail, order.maxBars, order.urgency);
      reference.order(s, order);
    }
    exchange.advance(1);
    reference.advance();
    compare();
  }
  exchange.closeOut(1);
  reference.closeOut();
  compare();
  reference.fills.forEach((expected, i) => {
    const fill = recorder.fill(i);
    const scale = BALANCE + Math.abs(fill.quantity * fill.price);
    for (const key of ["bar", "symbol", "lots", "reason"] as const) {
      same(fill[key], expected[key], `${where}, fill ${i}: ${key}`);
    }
    near(fill.price, expected.price, expected.price, `${where}, fill ${i}: price`);
    near(fill.fee, expected.fee, scale, `${where}, fill ${i}: fee`);
    near(fill.realised, expected.realised, scale, `${where}, fill ${i}: realised`);
  });
  return {
    fills: recorder.count,
    reasons: new Set(reference.fills.map((fill) => fill.reason)),
    liquidated: reference.liquidated,
  };
}
