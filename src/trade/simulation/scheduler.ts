/** @file Virtual time: things that happen later, in the order of their times and, at one time, of their planning. */

type Planned = { readonly atMs: number; readonly order: number; readonly run: () => void };

export class Scheduler {
  nowMs: number;
  #planned: Planned[] = [];
  #count = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  get size(): number {
    return this.#planned.length;
  }

  at(atMs: number, run: () => void): void {
    const heap = this.#planned;
    heap.push({ atMs: Math.max(atMs, this.nowMs), order: this.#count++, run });
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (before(heap[parent], heap[i])) break;
      [heap[parent], heap[i]] = [heap[i], heap[parent]];
      i = parent;
    }
  }

  after(ms: number, run: () => void): void {
    this.at(this.nowMs + ms, run);
  }

  /** Runs what is planned up to and including `untilMs`; time then stands there. */
  runUntil(untilMs: number): void {
    while (this.#planned.length > 0 && this.#planned[0].atMs <= untilMs) {
      const next = this.#pop();
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = untilMs;
  }

  #pop(): Planned {
    const heap = this.#planned;
    const first = heap[0];
    const last = heap[heap.length - 1];
    heap.pop();
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      let least = i;
      if (left < heap.length && before(heap[left], heap[least])) least = left;
      if (right < heap.length && before(heap[right], heap[least])) least = right;
      if (least === i) return first;
      [heap[least], heap[i]] = [heap[i], heap[least]];
      i = least;
    }
  }
}

function before(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
