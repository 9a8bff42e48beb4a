/** @file Values that change over a run, as a function of the share of the run that is done. */
import { ensureNever } from "../../core/index.ts";

export type Schedule = {
  readonly kind: "constant" | "linear" | "cosine";
  readonly from: number;
  /** Reached at the end; not used by a constant. */
  readonly to: number;
};

export function constant(value: number): Schedule {
  return { kind: "constant", from: value, to: value };
}

export function linear(from: number, to = 0): Schedule {
  return { kind: "linear", from, to };
}

export function cosine(from: number, to = 0): Schedule {
  return { kind: "cosine", from, to };
}

/** @param done share of the run in [0, 1] */
export function scheduled(schedule: Schedule, done: number): number {
  const x = Math.min(1, Math.max(0, done));
  switch (schedule.kind) {
    case "constant":
      return schedule.from;
    case "linear":
      return schedule.from + (schedule.to - schedule.from) * x;
    case "cosine":
      return schedule.to + (schedule.from - schedule.to) * 0.5 * (1 + Math.cos(Math.PI * x));
    default:
      return ensureNever(schedule.kind);
  }
}
