import { describe, expect, it } from "vitest";
import { checkAccount, checkMarginAtOpen } from "./invariants.ts";
import { AccountStatus } from "./outcome.ts";
import { SimulatedExchange } from "./simulated-exchange.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { handTape, plainInstrument, still } from "./testing/hand-tape.ts";

/** An account that is long of a perpetual, holds nothing of a spot market, and has paid a fee. */
function held() {
  const instruments = [plainInstrument({ takerFeeBps: 10 }, "AUSDT"), plainInstrument({ kind: "spot" }, "BUSDT")];
  const bars = [100, 100, 110, 120].map((price) => [still(price), still(50)]);
  const { exchange, order, advance } = handExchange(handTape(instruments, bars));
  order(2_000);
  advance(2);
  return { book: exchange.book, kernel: SimulatedExchange.kernelOf(exchange) };
}

type Book = ReturnType<typeof held>["book"];

const CONTRADICTIONS: ReadonlyArray<readonly [what: string, spoil: (book: Book) => void, said: RegExp]> = [
  ["half a lot", (book) => (book.lots[0] = 1_999.5), /whole number of lots, was 1999\.5.*AUSDT/s],
  ["another quantity", (book) => (book.quantity[0] *= 2), /lots times step.*AUSDT/s],
  [
    "spot held short",
    (book) => {
      book.lots[1] = -1;
      book.quantity[1] = -0.001;
    },
    /spot is never short, was -1 lots.*BUSDT/s,
  ],
  ["a position without a bar of entry", (book) => (book.entryBar[0] = -1), /bar of entry/],
  ["a bar of entry without a position", (book) => (book.entryBar[1] = 2), /bar of entry.*BUSDT/s],
  ["an entry at nothing", (book) => (book.entryPrice[0] = 0), /entry is above zero, was 0/],
  ["profit of what is flat", (book) => (book.unrealised[1] = 1), /flat has no unrealised profit.*BUSDT/s],
  ["profit that is no number", (book) => (book.unrealised[0] = Number.NaN), /unrealised is finite/],
  ["net profit without end", (book) => (book.netProfit[0] = Number.POSITIVE_INFINITY), /net profit is finite/],
  ["equity from nowhere", (book) => (book.equity[0] += 1e-3), /equity is initial \+ realised/],
  ["equity that is lost", (book) => (book.equity[0] -= 1e-3), /equity is initial \+ realised/],
  ["a fee that nobody paid", (book) => (book.fees[0] += 1), /equity is initial/],
  ["funding that nobody got", (book) => (book.funding[0] += 1), /equity is initial/],
  ["profit that no symbol made", (book) => (book.netProfit[0] += 1), /net profits sum to the account's/],
  [
    "less than nothing",
    (book) => {
      book.realised[0] -= 20_000;
      book.netProfit[0] -= 20_000;
      book.equity[0] -= 20_000;
    },
    /equity is never below zero/,
  ],
  [
    "a shortfall below zero",
    (book) => {
      book.shortfall[0] = -5;
      book.equity[0] -= 5;
    },
    /shortfall -5/,
  ],
  ["a drawdown above all", (book) => (book.drawdown[0] = 1.01), /drawdown is a share, was 1\.01/],
  ["a drawdown below zero", (book) => (book.drawdown[0] = -0.01), /drawdown is a share/],
  [
    "a liquidated account that holds",
    (book) => (book.status[0] = AccountStatus.liquidated),
    /liquidated account holds nothing/,
  ],
];

describe("a book that contradicts itself", () => {
  it("is none as the exchange keeps it, and rounding is no contradiction", () => {
    const { book, kernel } = held();
    expect(() => checkAccount(kernel, 0)).not.toThrow();
    book.equity[0] += 1e-7;
    expect(() => checkAccount(kernel, 0)).not.toThrow();
  });

  it.each(CONTRADICTIONS)("is told: %s", (_, spoil, said) => {
    const { book, kernel } = held();
    spoil(book);
    expect(() => checkAccount(kernel, 0)).toThrow(expect.objectContaining({ code: "INVARIANT" }) as Error);
    let text = "";
    try {
      checkAccount(kernel, 0);
    } catch (thrown) {
      const { what, where } = thrown as { what?: string; where?: string };
      text = `${(thrown as Error).message} ${what} ${where}`;
    }
    expect(text).toMatch(said);
    expect(text).toContain("bar 2");
  });

  it("is told where an order opened beyond the margin, but not for rounding", () => {
    const { kernel } = held();
    expect(() => checkMarginAtOpen(kernel, 0, 100, 100, 0)).not.toThrow();
    expect(() => checkMarginAtOpen(kernel, 0, 100, 100 + 1e-7, 0)).not.toThrow();
    expect(() => checkMarginAtOpen(kernel, 0, 100, 100.001, 0)).toThrow(/margin used 100\.001 stays within equity 100/);
    expect(() => checkMarginAtOpen(kernel, 0, -5, 0, 0)).toThrow(/stays within equity -5/);
  });
});

/** Whether the next bar and the end of an account with a fee that nobody paid are refused. */
function refusals(checked: boolean): boolean[] {
  const tape = handTape(
    [plainInstrument()],
    Array.from({ length: 5 }, () => [still(100)]),
  );
  const { exchange, order, advance } = handExchange(tape, { checked });
  order(10);
  advance();
  exchange.book.fees[0] += 1;
  return [() => advance(), () => exchange.closeOut(0)].map((step) => {
    try {
      step();
      return false;
    } catch (thrown) {
      return /equity is initial/.test((thrown as Error).message);
    }
  });
}

it("a checked exchange looks after every bar and at its end; one that is not checked doesn't", () => {
  expect(refusals(true)).toEqual([true, true]);
  expect(refusals(false)).toEqual([false, false]);
});
