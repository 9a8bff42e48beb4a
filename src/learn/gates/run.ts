/** @file Runs the gates one after the other; each row is given out as soon as it is known. */
import { type Clock, nearestName, type ProgressListener, systemClock, TidemarkError } from "../../core/index.ts";
import type { EncoderName, NetworkLearner } from "../../policy/index.ts";
import { gateMarket } from "./candles.ts";
import { type Gate, type GateContext, type GateForm, type GateMarket, type GateRow, isPassed } from "./gate.ts";
import { gatesOf } from "./gates.ts";

export type LearningGateOptions = {
  readonly form: GateForm;
  /** Names of tasks; all of them where absent. */
  readonly only?: readonly string[];
  /** Encoders with memory that the hidden regime is set to. Default: gru and lstm, in the full form transformer too. */
  readonly encoders?: readonly EncoderName[];
  /** Default: both. */
  readonly learners?: readonly NetworkLearner[];
  /** Default: 1 in the short form, 1 to 5 in the full form. */
  readonly seeds?: readonly number[];
  /** Share of every task's budget of steps, to see how early a gate is passed. Default: 1. */
  readonly effort?: number;
  /** Folder of 5-minute candle files for the task on a market; a synthetic market where absent, and its rows say so. */
  readonly dataFolder?: string;
  /** Stops between two updates; the generator throws its reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  readonly clock?: Clock;
};

const SEEDS: Readonly<Record<GateForm, readonly number[]>> = { short: [1], full: [1, 2, 3, 4, 5] };

/** Names for `only`. */
export const GATE_TASKS: readonly string[] = [...new Set(gatesOf("full").map((gate) => gate.task))];

/**
 * Yields one row for each figure of each gate and seed. Throws USAGE_ARGUMENT for an unknown task, and DATA_MISSING or
 * the import's errors for a folder of candles that can't be used.
 */
export async function* runLearningGates(options: LearningGateOptions): AsyncGenerator<GateRow, void, undefined> {
  const { form, signal, onProgress, dataFolder, clock = systemClock } = options;
  const gates = chosenGates(options);
  let market: Promise<GateMarket> | undefined;
  for (const gate of gates) {
    for (const seed of options.seeds ?? SEEDS[form]) {
      signal?.throwIfAborted();
      const context: GateContext = {
        form,
        seed,
        effort: options.effort ?? 1,
        market: () => (market ??= gateMarket(dataFolder, form, signal)),
        signal,
        onProgress,
      };
      const startedMs = clock.elapsedMs();
      const { measurements, steps } = await gate.run(context);
      const seconds = (clock.elapsedMs() - startedMs) / 1_000;
      for (const measurement of measurements) {
        const { task, learner, encoder } = gate;
        yield { task, learner, encoder, seed, ...measurement, passed: isPassed(measurement), steps, seconds };
      }
    }
  }
}

function chosenGates({ form, only, encoders, learners = ["ppo", "pqn"] }: LearningGateOptions): readonly Gate[] {
  const unknown = only?.find((name) => !GATE_TASKS.includes(name));
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, GATE_TASKS);
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${unknown}" is not a learning task`,
      fix: `${nearest === undefined ? "" : `Did you mean "${nearest}"? `}Use one of ${GATE_TASKS.join(", ")}.`,
    });
  }
  const gates = gatesOf(form, encoders).filter(({ learner }) => learners.includes(learner));
  return only === undefined ? gates : gates.filter((gate) => only.includes(gate.task));
}
