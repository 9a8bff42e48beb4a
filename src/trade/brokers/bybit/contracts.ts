/** @file The contracts of a session's symbols, as the venue lists them now. */
import { splitSymbol } from "../../../core/index.ts";
import type { BybitAccount, LinearContractRow, SpotContractRow } from "../../../venues/index.ts";
import { brokerError } from "../../broker-error.ts";
import type { OrderRules } from "../../order-rules.ts";
import { orderRules } from "./rules.ts";

export class Contracts {
  readonly #account: BybitAccount;
  readonly #rows = new Map<string, LinearContractRow | SpotContractRow>();

  constructor(account: BybitAccount) {
    this.#account = account;
  }

  /** Asks for all of them. Rejects with VENUE_REJECTED where the venue has never had one. */
  async load(symbols: readonly string[]): Promise<void> {
    for (const symbol of symbols) {
      const row = (await this.#account.contracts(symbol)).find((one) => one.symbol === symbol);
      const known = this.#rows.get(symbol);
      if (row !== undefined) this.#rows.set(symbol, row);
      // What is told of no more was delisted.
      else if (known !== undefined) this.#rows.set(symbol, { ...known, status: "Closed" });
      else {
        const what = `Bybit has no ${this.#account.category} contract ${symbol}`;
        throw brokerError("symbol-unknown", what, this.#account.rest.hosts.rest);
      }
    }
  }

  rules(): Promise<OrderRules[]> {
    return Promise.all(
      [...this.#rows.values()].map(async (row) => {
        const banded = row.status === "Trading" && this.#account.category === "linear";
        return orderRules(row, banded ? await this.#account.priceLimit(row.symbol) : undefined);
      }),
    );
  }

  base(symbol: string): string {
    return this.#rows.get(symbol)?.baseCoin || splitSymbol(symbol).base;
  }

  /** The coin that a contract is paid in. */
  settleCoin(symbol: string): string {
    return this.#rows.get(symbol)?.quoteCoin || splitSymbol(symbol).quote;
  }
}
