/** @file A switch with hysteresis. */

/**
 * On from `enter` upwards, off below `leave`; in between it keeps its state, but no longer than `holdBars`, after which it is
 * off. So the state depends on the last `holdBars` readings only.
 */
export class Latch {
  readonly #enter: number;
  readonly #leave: number;
  readonly #holdBars: number;
  #between = 0;
  on = false;

  constructor(enter: number, leave: number, holdBars: number) {
    this.#enter = enter;
    this.#leave = leave;
    this.#holdBars = holdBars;
  }

  push(value: number): void {
    if (value >= this.#enter) {
      this.on = true;
      this.#between = 0;
    } else if (value < this.#leave) {
      this.on = false;
      this.#between = 0;
    } else {
      this.#between += 1;
      if (this.#between >= this.#holdBars) this.on = false;
    }
  }
}
