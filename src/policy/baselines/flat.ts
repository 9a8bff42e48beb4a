/** @file Never holds anything: the zero line that every policy has to beat. */
import { Direction, type IntentColumns } from "../../core/index.ts";
import type { DecisionContext, Policy } from "../policy.ts";

export class Flat implements Policy {
  readonly name = "flat";

  reset(_context: DecisionContext): void {}

  /** It remembers no row. */
  moved(): void {}

  decide(_context: DecisionContext, intents: IntentColumns): void {
    intents.direction.fill(Direction.flat);
  }
}
