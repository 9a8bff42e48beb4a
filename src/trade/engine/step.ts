/** @file What the parts of the engine work with while one input is handled. */
import type { Effect, Fact } from "./entries.ts";
import { type EngineState, isFlattening } from "./state.ts";

export type Step = {
  readonly state: EngineState;
  readonly effects: Effect[];
  /** Writes a fact: it changes the state at once and goes to the journal. */
  readonly emit: (fact: Fact) => void;
};

/** Every position is to be closed, whatever was decided. */
export function flattenAll(step: Step, why: string): void {
  for (const symbol of Object.keys(step.state.positions)) {
    if (!isFlattening(step.state, symbol)) step.emit({ kind: "flatten", symbol, why });
  }
}
