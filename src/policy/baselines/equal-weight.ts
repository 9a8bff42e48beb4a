/** @file Holds every symbol in equal parts of equity, brought back to them at the first close of each UTC day. */
import { DAY_MS, Direction, type IntentColumns } from "../../core/index.ts";
import { Permission } from "../../risk/index.ts";
import type { DecisionContext, Policy } from "../policy.ts";

export class EqualWeight implements Policy {
  readonly name = "equal-weight";
  #day = Number.NEGATIVE_INFINITY;

  reset(): void {
    this.#day = Number.NEGATIVE_INFINITY;
  }

  decide({ tape, bar, permissions }: DecisionContext, intents: IntentColumns): void {
    const day = Math.floor((tape.timeMs[bar] + tape.barMs) / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    const symbols = tape.symbols;
    for (let s = 0; s < symbols; s++) {
      if (tape.present[bar * symbols + s] === 0 || (permissions[s] & Permission.long) === 0) continue;
      intents.direction[s] = Direction.long;
      intents.size[s] = 1 / symbols;
    }
  }
}
