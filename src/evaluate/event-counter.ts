/** @file Counts what the risk gate and the exchange refused or clamped, and what funding each position was paid. */
import { Direction } from "../core/index.ts";
import { ORDER_OUTCOMES, OrderOutcome, type SimulatedExchange } from "../exchange/index.ts";
import { type DecisionStep, VERDICT_NAMES } from "../risk/index.ts";
import { HALTING, HaltRecorder, type HaltRecords } from "./halts.ts";
import type { RefusalCounts, WantedCounts } from "./record.ts";
import type { FundingPayment } from "./trades.ts";

export class EventCounter {
  /** Payments since the last `settled`. */
  funding: FundingPayment[] = [];
  #exchange: SimulatedExchange;
  #step: DecisionStep;
  /** Number of the tape's row 0 in the whole history. */
  #firstBar = 0;
  readonly #verdicts = new Float64Array(VERDICT_NAMES.length);
  readonly #outcomes = new Float64Array(ORDER_OUTCOMES.length);
  /** `[S]` 1 where an order met the open. */
  readonly #ordered: Uint8Array;
  /** By Direction: how often it was wanted of a symbol. */
  readonly #wanted = new Float64Array(Object.keys(Direction).length);
  /** By verdict: decisions that did not even ask, because a limit allowed nothing but closing. */
  readonly #withheld = new Float64Array(VERDICT_NAMES.length);
  readonly #halts = new HaltRecorder();

  constructor(exchange: SimulatedExchange, step: DecisionStep) {
    this.#exchange = exchange;
    this.#step = step;
    this.#ordered = new Uint8Array(exchange.tape.symbols);
  }

  /** Goes on with the same account on another stretch of the history. */
  follow(exchange: SimulatedExchange, step: DecisionStep, firstBar: number): void {
    this.#exchange = exchange;
    this.#step = step;
    this.#firstBar = firstBar;
  }

  /** What the policy wants of each symbol. */
  decided(direction: Uint8Array): void {
    for (let s = 0; s < direction.length; s++) this.#wanted[direction[s]]++;
  }

  /** Between the decision and the bar that it is played in. Account 0. */
  beforeBar(): void {
    const { book, tape } = this.#exchange;
    const halting = this.#step.gate.closeOnlyVerdicts(0) & HALTING;
    this.#halts.decided(this.#exchange, halting);
    for (let s = 0; s < tape.symbols; s++) {
      const verdicts = this.#step.verdicts[s];
      this.#ordered[s] = book.pending[s];
      this.#count(this.#verdicts, verdicts);
      this.#count(this.#withheld, halting & ~verdicts);
    }
  }

  afterBar(): void {
    const { book, tape } = this.#exchange;
    const bar = this.#firstBar + book.bar[0];
    for (let s = 0; s < tape.symbols; s++) {
      if (this.#ordered[s] === 1) this.#outcomes[book.outcome[s]]++;
      const amount = book.openFunding[s];
      if (amount !== 0) this.funding.push({ bar, symbol: s, amount, within: false });
    }
    if (tape.fundingWithin === undefined) return;
    for (let s = 0; s < tape.symbols; s++) {
      const amount = book.withinFunding[s];
      if (amount !== 0) this.funding.push({ bar, symbol: s, amount, within: true });
    }
  }

  #count(counts: Float64Array, bits: number): void {
    for (let rest = bits; rest !== 0; rest &= rest - 1) counts[31 - Math.clz32(rest & -rest)]++;
  }

  wanted(): WantedCounts {
    const [hold, flat, long, short] = this.#wanted;
    return { hold, flat, long, short };
  }

  /** Limits that left nothing but closing, and when. */
  halts(): HaltRecords {
    return this.#halts.records();
  }

  /** "risk.<verdict>", "withheld.<verdict>" and "exchange.<outcome>" with their counts, those that happened. */
  refusals(): RefusalCounts {
    const counts: Record<string, number> = {};
    VERDICT_NAMES.forEach((name, i) => {
      if (this.#verdicts[i] > 0) counts[`risk.${name}`] = this.#verdicts[i];
      if (this.#withheld[i] > 0) counts[`withheld.${name}`] = this.#withheld[i];
    });
    ORDER_OUTCOMES.forEach((name, i) => {
      const wholly = i === OrderOutcome.none || i === OrderOutcome.filled || i === OrderOutcome.amended;
      if (!wholly && this.#outcomes[i] > 0) counts[`exchange.${name}`] = this.#outcomes[i];
    });
    return counts;
  }
}
