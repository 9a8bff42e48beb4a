/** @file Writes an account down bar by bar while a backtest runs: columns are made once, nothing is allocated in a step. */
import type { SimulatedExchange } from "../exchange/index.ts";
import { rateAt } from "../market/index.ts";
import type { EquityCurve } from "./record.ts";

export class EquityRecorder {
  #exchange: SimulatedExchange;
  readonly #account: number;
  #timeMs: Float64Array;
  #equity: Float64Array;
  #balance: Float64Array;
  #drawdown: Float64Array;
  #exposure: Float64Array;
  #margin: Float64Array;
  #positions: Float64Array;
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

  /** Goes on with the same account on another stretch of the history. */
  follow(exchange: SimulatedExchange): void {
    this.#exchange = exchange;
  }

  #grow(): void {
    const rows = Math.ceil(this.#timeMs.length * 1.5) + 16;
    const longer = (column: Float64Array, width = 1): Float64Array => {
      const grown = new Float64Array(rows * width);
      grown.set(column);
      return grown;
    };
    this.#timeMs = longer(this.#timeMs);
    this.#equity = longer(this.#equity);
    this.#balance = longer(this.#balance);
    this.#drawdown = longer(this.#drawdown);
    this.#exposure = longer(this.#exposure);
    this.#margin = longer(this.#margin);
    this.#positions = longer(this.#positions, this.#exchange.tape.symbols);
  }

  /** The account as it stands, as the row of bar `bar`'s close. */
  write(bar: number): void {
    const { book, tape, terms } = this.#exchange;
    const account = this.#account;
    const symbols = tape.symbols;
    if (this.#length === this.#timeMs.length) this.#grow();
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
    const length = this.#length;
    return {
      length,
      timeMs: this.#timeMs.subarray(0, length),
      equity: this.#equity.subarray(0, length),
      balance: this.#balance.subarray(0, length),
      drawdown: this.#drawdown.subarray(0, length),
      exposure: this.#exposure.subarray(0, length),
      margin: this.#margin.subarray(0, length),
      positions: this.#positions.subarray(0, length * this.#exchange.tape.symbols),
    };
  }
}
