/** @file Which records of a journal are about which order, so that an order's story is read without the rest of the journal. */
import type { Entry } from "../engine/entries.ts";
import { orderOf } from "./order-story.ts";

export class OrderIndex {
  readonly #records = new Map<string, number[]>();
  /** Client ids by the venue's. */
  readonly #clients = new Map<string, string>();

  /** Records in their order. */
  read(entry: Entry, seq: number): void {
    const id = orderOf(entry);
    if (id === undefined || id === "") return;
    if (entry.kind === "submitted" && entry.outcome.outcome === "acknowledged") {
      if (!this.#clients.has(entry.outcome.orderId)) this.#clients.set(entry.outcome.orderId, id);
    }
    let known = this.#records.get(id);
    if (known === undefined) {
      known = [];
      this.#records.set(id, known);
    }
    if (entry.kind === "intent") known.push(entry.decision, Number(entry.quote.slice(1)));
    known.push(seq);
  }

  /** Numbers of every record that the story of the order tells, by client id or venue's id, rising; empty for a stranger. */
  recordsOf(wanted: string): number[] {
    const found = this.#records.get(this.#clients.get(wanted) ?? wanted) ?? [];
    return [...new Set(found)].sort((a, b) => a - b);
  }
}
