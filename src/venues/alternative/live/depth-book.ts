/** @file One order book as its snapshots and changes tell it, for figures of its depth. Prices are kept as they are written. */
import { z } from "zod";
import { numeric } from "../values.ts";

const levelSchema = z.tuple([z.string().regex(/^\d+(?:\.\d+)?$/), numeric], z.unknown());
const bookSchema = z.looseObject({
  b: z.array(levelSchema),
  a: z.array(levelSchema),
  /** 1 where the service began anew: what was known is void. */
  u: z.number(),
});

export type BookFigures = {
  /** (bids - asks) / (bids + asks), by worth, within 10 basis points of the middle. */
  readonly imbalance: number;
  /** Bids and asks together, in the quote currency, within 10 basis points of the middle. */
  readonly depth: number;
  /** Basis points of the middle. */
  readonly spread: number;
};

const REACH_BPS = 10;
const BPS = 10_000;

export class DepthBook {
  readonly #bids = new Map<string, number>();
  readonly #asks = new Map<string, number>();
  #whole = false;

  /** Takes a message; false where it can't be understood, after which nothing is known until the next snapshot. */
  apply(type: string | undefined, data: unknown): boolean {
    const read = bookSchema.safeParse(data);
    if (!read.success) {
      this.clear();
      return false;
    }
    const { b, a, u } = read.data;
    if (type === "snapshot" || u === 1) {
      this.clear();
      this.#whole = true;
    }
    // A change without what it changes says nothing.
    if (!this.#whole) return true;
    for (const [price, size] of b) put(this.#bids, price, size);
    for (const [price, size] of a) put(this.#asks, price, size);
    return true;
  }

  clear(): void {
    this.#bids.clear();
    this.#asks.clear();
    this.#whole = false;
  }

  /** Undefined where a side is empty, or the sides cross. */
  figures(): BookFigures | undefined {
    const bid = [...this.#bids.keys()].reduce((best, price) => Math.max(best, Number(price)), -Infinity);
    const ask = [...this.#asks.keys()].reduce((best, price) => Math.min(best, Number(price)), Infinity);
    if (!Number.isFinite(bid) || !Number.isFinite(ask) || bid >= ask) return undefined;
    const middle = (bid + ask) / 2;
    const reach = (middle * REACH_BPS) / BPS;
    const bids = worth(this.#bids, (price) => price >= middle - reach);
    const asks = worth(this.#asks, (price) => price <= middle + reach);
    const depth = bids + asks;
    const spread = ((ask - bid) / middle) * BPS;
    return { imbalance: depth === 0 ? 0 : (bids - asks) / depth, depth, spread };
  }
}

function put(side: Map<string, number>, price: string, size: number): void {
  if (size === 0) side.delete(price);
  else side.set(price, size);
}

function worth(side: ReadonlyMap<string, number>, isNear: (price: number) => boolean): number {
  let sum = 0;
  for (const [text, size] of side) {
    const price = Number(text);
    if (isNear(price)) sum += price * size;
  }
  return sum;
}
