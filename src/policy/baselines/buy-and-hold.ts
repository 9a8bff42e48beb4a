/** @file Buys every symbol in equal parts as soon as it trades, asks until it has all of it, and holds it to the end. */
import { Direction, type IntentColumns } from "../../core/index.ts";
import { Permission } from "../../risk/index.ts";
import type { DecisionContext, Policy } from "../policy.ts";

const Progress = { none: 0, partly: 1, done: 2 } as const;

export class BuyAndHold implements Policy {
  readonly name = "buy-and-hold";
  /** `[S]` Progress: what was bought and then closed from outside is not bought again. */
  #progress = new Uint8Array(0);

  reset(context: DecisionContext): void {
    this.#progress = new Uint8Array(context.tape.symbols);
  }

  /** It remembers no row. */
  moved(): void {}

  decide({ tape, desk, bar, permissions }: DecisionContext, intents: IntentColumns): void {
    const symbols = tape.symbols;
    for (let s = 0; s < symbols; s++) {
      if (this.#progress[s] === Progress.done) continue;
      const held = desk.position(s) !== 0;
      if (held || this.#progress[s] === Progress.partly) {
        this.#progress[s] = held && desk.isUnfinished(s) ? Progress.partly : Progress.done;
      }
      if (this.#progress[s] === Progress.done) continue;
      if (tape.present[bar * symbols + s] === 1 && (permissions[s] & Permission.long) !== 0) {
        intents.direction[s] = Direction.long;
        intents.size[s] = 1 / symbols;
      }
    }
  }
}
