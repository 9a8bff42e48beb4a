/** @file Buys every symbol in equal parts as soon as it trades, and holds it to the end. */
import { Direction, type IntentColumns } from "../../core/index.ts";
import { Permission } from "../../risk/index.ts";
import type { DecisionContext, Policy } from "../policy.ts";

export class BuyAndHold implements Policy {
  readonly name = "buy-and-hold";
  /** `[S]` 1 once a position was there: what was closed from outside is not bought again. */
  #bought = new Uint8Array(0);

  reset(context: DecisionContext): void {
    this.#bought = new Uint8Array(context.tape.symbols);
  }

  decide({ tape, exchange, account, bar, permissions }: DecisionContext, intents: IntentColumns): void {
    const symbols = tape.symbols;
    for (let s = 0; s < symbols; s++) {
      if (this.#bought[s] === 1) continue;
      if (exchange.book.lots[account * symbols + s] !== 0) {
        this.#bought[s] = 1;
      } else if (tape.present[bar * symbols + s] === 1 && (permissions[s] & Permission.long) !== 0) {
        intents.direction[s] = Direction.long;
        intents.size[s] = 1 / symbols;
      }
    }
  }
}
