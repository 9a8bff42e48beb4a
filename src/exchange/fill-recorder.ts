/** @file Fills as growing columns, and the trade hash that says whether two runs traded the same. */
import { bytesOf, type Fill, FillReason, sha256 } from "../core/index.ts";

/** Numbers of a fill that the trade hash covers: time, symbol, lots, price, fee, realised, reason. */
const HASHED = 7;

/** Keeps the fills of any number of accounts in the order in which they happened. */
export class FillRecorder {
  /** Length of a bar: an account is closed out at the end of one. */
  readonly #barMs: number;
  /** Fills recorded so far. */
  count = 0;
  #account = new Int32Array(256);
  #bar = new Int32Array(256);
  #values = new Float64Array(256 * HASHED);
  #quantity = new Float64Array(256);
  /** `[count]` what spread, slippage, impact and tick cost against the price that was asked for, account currency. */
  #slippage = new Float64Array(256);

  constructor(barMs = 0) {
    this.#barMs = barMs;
  }

  record(
    account: number,
    bar: number,
    tsMs: number,
    symbol: number,
    lots: number,
    quantity: number,
    price: number,
    fee: number,
    realised: number,
    slippage: number,
    reason: FillReason,
  ): void {
    const i = this.count++;
    if (i === this.#account.length) this.#grow();
    this.#account[i] = account;
    this.#bar[i] = bar;
    this.#quantity[i] = quantity;
    this.#slippage[i] = slippage;
    const v = i * HASHED;
    this.#values[v] = tsMs;
    this.#values[v + 1] = symbol;
    this.#values[v + 2] = lots;
    this.#values[v + 3] = price;
    this.#values[v + 4] = fee;
    this.#values[v + 5] = realised;
    this.#values[v + 6] = reason;
  }

  #grow(): void {
    const capacity = this.#account.length * 2;
    const account = new Int32Array(capacity);
    const bar = new Int32Array(capacity);
    const values = new Float64Array(capacity * HASHED);
    const quantity = new Float64Array(capacity);
    const slippage = new Float64Array(capacity);
    account.set(this.#account);
    bar.set(this.#bar);
    values.set(this.#values);
    quantity.set(this.#quantity);
    slippage.set(this.#slippage);
    this.#account = account;
    this.#bar = bar;
    this.#values = values;
    this.#quantity = quantity;
    this.#slippage = slippage;
  }

  /** Forgets every fill and keeps the memory. */
  clear(): void {
    this.count = 0;
  }

  fill(index: number): Fill {
    const v = index * HASHED;
    const reason = this.#values[v + 6] as FillReason;
    return {
      tsMs: this.#values[v] + (reason === FillReason.final ? this.#barMs : 0),
      bar: this.#bar[index],
      symbol: this.#values[v + 1],
      lots: this.#values[v + 2],
      quantity: this.#quantity[index],
      price: this.#values[v + 3],
      fee: this.#values[v + 4],
      realised: this.#values[v + 5],
      reason,
    };
  }

  account(index: number): number {
    return this.#account[index];
  }

  /** What the fill cost against the price that was asked for (open, bracket level, close), account currency. */
  slippage(index: number): number {
    return this.#slippage[index];
  }

  /** The fills of one account in their order. */
  fills(account = 0): Fill[] {
    const out: Fill[] = [];
    for (let i = 0; i < this.count; i++) if (this.#account[i] === account) out.push(this.fill(i));
    return out;
  }

  /** The sum of one account's slippage, account currency. */
  totalSlippage(account = 0): number {
    let sum = 0;
    for (let i = 0; i < this.count; i++) if (this.#account[i] === account) sum += this.#slippage[i];
    return sum;
  }

  /**
   * SHA-256 over the account's fills in their order: open time of the bar, symbol, lots, price, fee, realised and reason of each as
   * seven little-endian float64. Two runs have one hash exactly when they traded the same, to the last bit.
   */
  tradeHash(account = 0): string {
    const hash = sha256();
    for (let i = 0; i < this.count; i++) {
      if (this.#account[i] === account) hash.update(bytesOf(this.#values.subarray(i * HASHED, (i + 1) * HASHED)));
    }
    return hash.digest("hex");
  }
}
