/** @file Counts what the risk gate and the exchange refused or clamped, and what funding each position was paid. */
import { Direction } from "../core/index.ts";
import { type FillRecorder, ORDER_OUTCOMES, OrderOutcome, type SimulatedExchange } from "../exchange/index.ts";
import { type DecisionStep, VERDICT_NAMES } from "../risk/index.ts";
import type { RefusalCounts, WantedCounts } from "./record.ts";
import type { FundingPayment } from "./trades.ts";

export class EventCounter {
  readonly funding: FundingPayment[] = [];
  readonly #exchange: SimulatedExchange;
  readonly #recorder: FillRecorder;
  readonly #step: DecisionStep;
  readonly #verdicts = new Float64Array(VERDICT_NAMES.length);
  readonly #outcomes = new Float64Array(ORDER_OUTCOMES.length);
  /** `[S]` 1 where an order met the open, and where funding was due. */
  readonly #ordered: Uint8Array;
  readonly #due: Uint8Array;
  /** `[S]` the symbol's profit before the bar. */
  readonly #before: Float64Array;
  /** By Direction: how often it was wanted of a symbol. */
  readonly #wanted = new Float64Array(Object.keys(Direction).length);
  #dueCount = 0;
  #fills = 0;

  constructor(exchange: SimulatedExchange, recorder: FillRecorder, step: DecisionStep) {
    this.#exchange = exchange;
    this.#recorder = recorder;
    this.#step = step;
    this.#ordered = new Uint8Array(exchange.tape.symbols);
    this.#due = new Uint8Array(exchange.tape.symbols);
    this.#before = new Float64Array(exchange.tape.symbols);
  }

  /** What the policy wants of each symbol. */
  decided(direction: Uint8Array): void {
    for (let s = 0; s < direction.length; s++) this.#wanted[direction[s]]++;
  }

  /** Between the decision and the bar that it is played in. Account 0. */
  beforeBar(): void {
    const { book, tape } = this.#exchange;
    const cell = (book.bar[0] + 1) * tape.symbols;
    this.#dueCount = 0;
    this.#fills = this.#recorder.count;
    for (let s = 0; s < tape.symbols; s++) {
      this.#ordered[s] = book.pending[s];
      this.#count(this.#verdicts, this.#step.verdicts[s]);
      this.#due[s] = tape.funding[cell + s] !== 0 && book.lots[s] !== 0 ? 1 : 0;
      if (this.#due[s] === 0) continue;
      this.#dueCount++;
      this.#before[s] = book.netProfit[s];
    }
  }

  afterBar(): void {
    const { book, tape } = this.#exchange;
    for (let s = 0; s < tape.symbols; s++) if (this.#ordered[s] === 1) this.#outcomes[book.outcome[s]]++;
    if (this.#dueCount === 0) return;
    // What the symbol's fills of the bar don't explain of its profit is funding.
    for (let i = this.#fills; i < this.#recorder.count; i++) {
      const { symbol, realised, fee } = this.#recorder.fill(i);
      this.#before[symbol] += realised - fee;
    }
    for (let s = 0; s < tape.symbols; s++) {
      if (this.#due[s] === 0) continue;
      const amount = book.netProfit[s] - this.#before[s];
      if (amount !== 0) this.funding.push({ bar: book.bar[0], symbol: s, amount });
    }
  }

  #count(counts: Float64Array, bits: number): void {
    for (let rest = bits; rest !== 0; rest &= rest - 1) counts[31 - Math.clz32(rest & -rest)]++;
  }

  wanted(): WantedCounts {
    const [hold, flat, long, short] = this.#wanted;
    return { hold, flat, long, short };
  }

  /** "risk.<verdict>" and "exchange.<outcome>" with their counts, those that happened. */
  refusals(): RefusalCounts {
    const counts: Record<string, number> = {};
    VERDICT_NAMES.forEach((name, i) => {
      if (this.#verdicts[i] > 0) counts[`risk.${name}`] = this.#verdicts[i];
    });
    ORDER_OUTCOMES.forEach((name, i) => {
      const wholly = i === OrderOutcome.none || i === OrderOutcome.filled || i === OrderOutcome.amended;
      if (!wholly && this.#outcomes[i] > 0) counts[`exchange.${name}`] = this.#outcomes[i];
    });
    return counts;
  }
}
