/** @file Writes an account down bar by bar while a backtest runs: columns are made once, nothing is allocated in a step. */
import type { SimulatedExchange } from "../exchange/index.ts";
import { rateAt } from "../market/index.ts";
import type { EquityCurve } from "./record.ts";

export class EquityRecorder {
  readonly #exchange: SimulatedExchange;
  readonly #account: number;
  readonly #timeMs: Float64Array;
  readonly #equity: Float64Array;
  readonly #balance: Float64Array;
  readonly #drawdown: Float64Array;
  readonly #exposure: Float64Array;
  readonly #margin: Float64Array;
  readonly #positions: Float64Array;
  #length = 0;

  constructor(exchange: SimulatedExchange, account: number, rows: number) {
    this.#exchange = exchange;
    this.#account = account;
    this.#timeMs = new Float64Array(rows);
    this.#equity = new Float64Array(rows);
    this.#balance = new Float64Array(rows);
    this.#drawdown = new Float64Array(rows);
    this.#exposure = new Float64Array(rows);
    this.#margin = new Float64Array(rows);
    this.#positions = new Float64Array(rows * exchange.tape.symbols);
  }

  /** The account as it stands, as the row of bar `bar`'s close. */
  write(bar: number): void {
    const { book, tape, terms } = this.#exchange;
    const account = this.#account;
    const symbols = tape.symbols;
    const row = this.#length++;
    const equity = book.equity[account];
    this.#timeMs[row] = tape.timeMs[bar] + tape.barMs;
    this.#equity[row] = equity;
    this.#balance[row] = book.balance[account];
    this.#drawdown[row] = -book.drawdown[account];
    this.#margin[row] = book.marginUsed[account];
    if (equity <= 0) return;
    let gross = 0;
    for (let s = 0; s < symbols; s++) {
      const lots = book.lots[account * symbols + s];
      if (lots === 0) continue;
      const share = (lots * terms.unit[s] * tape.close[bar * symbols + s] * rateAt(tape, bar, s)) / equity;
      this.#positions[row * symbols + s] = share;
      gross += Math.abs(share);
    }
    this.#exposure[row] = gross;
  }

  curve(): EquityCurve {
    return {
      length: this.#length,
      timeMs: this.#timeMs,
      equity: this.#equity,
      balance: this.#balance,
      drawdown: this.#drawdown,
      exposure: this.#exposure,
      margin: this.#margin,
      positions: this.#positions,
    };
  }
}
