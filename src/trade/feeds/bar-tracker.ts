/** @file Which bars were confirmed: a later bar that begins while one before it was not tells of a gap, once. */

export class BarTracker {
  readonly #barMs: number;
  /** The first bar by open time that still has to be confirmed. */
  readonly #due = new Map<string, number>();

  constructor(barMs: number) {
    this.#barMs = barMs;
  }

  /** Notes a bar of a symbol. Returns the range of open times that were passed over, or undefined. */
  see(
    symbol: string,
    openMs: number,
    confirmed: boolean,
  ): { readonly fromMs: number; readonly toMs: number } | undefined {
    const due = this.#due.get(symbol);
    const next = confirmed ? openMs + this.#barMs : openMs;
    if (due === undefined || next > due) this.#due.set(symbol, next);
    // A bar that is still being made says that those before it are over.
    return due !== undefined && openMs > due ? { fromMs: due, toMs: openMs } : undefined;
  }
}
