/** @file What waits to be sent: bounded, so that a server that is away costs no more than this memory. The oldest goes first. */

export type Metric = {
  readonly key: string;
  /** Numbers that are not finite are told as text, the JSON form of protocol buffers. */
  readonly value: number | "NaN" | "Infinity" | "-Infinity";
  readonly timestamp: number;
  readonly step: number;
};

export class Outbox {
  readonly #ring: Array<Metric | undefined>;
  #first = 0;
  #count = 0;
  #dropped = 0;

  constructor(capacity: number) {
    this.#ring = Array.from({ length: capacity }, () => undefined);
  }

  get count(): number {
    return this.#count;
  }

  /** How many were given up because there was no room, so far. */
  get dropped(): number {
    return this.#dropped;
  }

  add(metric: Metric): void {
    const capacity = this.#ring.length;
    if (this.#count === capacity) {
      this.#first = (this.#first + 1) % capacity;
      this.#count--;
      this.#dropped++;
    }
    this.#ring[(this.#first + this.#count) % capacity] = metric;
    this.#count++;
  }

  /** Takes out the oldest, at most so many. */
  take(most: number): Metric[] {
    const taken: Metric[] = [];
    while (taken.length < most && this.#count > 0) {
      const metric = this.#ring[this.#first];
      this.#ring[this.#first] = undefined;
      this.#first = (this.#first + 1) % this.#ring.length;
      this.#count--;
      if (metric !== undefined) taken.push(metric);
    }
    return taken;
  }
}
