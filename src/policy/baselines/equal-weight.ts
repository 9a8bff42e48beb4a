/**
 * @file Holds every symbol in equal parts of equity, brought back to them at the first close of each UTC day; what did not
 * fill is asked for again at the closes that follow.
 */
import { DAY_MS, Direction, type IntentColumns } from "../../core/index.ts";
import { Permission } from "../../risk/index.ts";
import type { DecisionContext, Policy } from "../policy.ts";

const Rebalance = { done: 0, due: 1, asked: 2 } as const;

export class EqualWeight implements Policy {
  readonly name = "equal-weight";
  #day = Number.NEGATIVE_INFINITY;
  /** `[S]` Rebalance of the day. */
  #state = new Uint8Array(0);

  reset({ tape }: DecisionContext): void {
    this.#day = Number.NEGATIVE_INFINITY;
    this.#state = new Uint8Array(tape.symbols);
  }

  /** It remembers no row. */
  moved(): void {}

  decide({ tape, desk, bar, permissions }: DecisionContext, intents: IntentColumns): void {
    const symbols = tape.symbols;
    const day = Math.floor((tape.timeMs[bar] + tape.barMs) / DAY_MS);
    if (day !== this.#day) this.#state.fill(Rebalance.due);
    this.#day = day;
    for (let s = 0; s < symbols; s++) {
      if (this.#state[s] === Rebalance.asked && !desk.isUnfinished(s)) {
        this.#state[s] = Rebalance.done;
      }
      if (this.#state[s] === Rebalance.done) continue;
      if (tape.present[bar * symbols + s] === 0 || (permissions[s] & Permission.long) === 0) continue;
      this.#state[s] = Rebalance.asked;
      intents.direction[s] = Direction.long;
      intents.size[s] = 1 / symbols;
    }
  }
}
