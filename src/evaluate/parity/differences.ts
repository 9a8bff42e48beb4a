/** @file What differed between two runs that must be one: the first place of each kind, and how often. */

export type Difference = {
  /** What was compared. */
  readonly what: string;
  /** The first bar in which it differed, counted from the tape's first. */
  readonly bar: number;
  readonly detail: string;
  readonly count: number;
};

export class Differences {
  readonly #found = new Map<string, { what: string; bar: number; detail: string; count: number }>();

  /** `detail` is asked for at the first difference of its kind alone. */
  note(what: string, bar: number, detail: () => string): void {
    const known = this.#found.get(what);
    if (known === undefined) this.#found.set(what, { what, bar, detail: detail(), count: 1 });
    else known.count++;
  }

  /** Bit by bit. */
  compareExactly(what: string, bar: number, ours: Float32Array, theirs: Float32Array): void {
    for (let i = 0; i < ours.length; i++) {
      if (Object.is(ours[i], theirs[i]) || ours[i] === theirs[i]) continue;
      this.note(what, bar, () => `column ${i}: ${ours[i]} against ${theirs[i]}`);
      return;
    }
  }

  /** As near as float32 can be expected to come when it sums in another order. */
  compareNearly(
    what: string,
    bar: number,
    ours: ArrayLike<number>,
    theirs: ArrayLike<number>,
    tolerance: number,
  ): void {
    for (let i = 0; i < ours.length; i++) {
      if (Math.abs(ours[i] - theirs[i]) <= tolerance * (1 + Math.abs(theirs[i]))) continue;
      this.note(what, bar, () => `column ${i}: ${ours[i]} against ${theirs[i]}`);
      return;
    }
  }

  list(): Difference[] {
    return [...this.#found.values()];
  }
}
