/** @file What the checks for leaks find: a fault with feature, bar and size; and a check with its outcome. */

export type Fault = {
  /** The feature, or what else is at fault. */
  readonly name: string;
  readonly symbol?: string;
  /** First bar in which it shows, counted from the tape's first, and the bar's open time, UTC milliseconds. */
  readonly bar: number;
  readonly timeMs: number;
  /** Greatest difference, in the feature's own unit. */
  readonly size: number;
  /** One sentence. */
  readonly text: string;
};

export type LeakCheck = {
  readonly name: string;
  /** "skipped" where there is nothing to check, with the reason in `detail`. */
  readonly outcome: "passed" | "failed" | "skipped";
  /** What was compared. */
  readonly detail: string;
  readonly faults: readonly Fault[];
};

/** A check that has failed where it has found something. */
export function checkOf(name: string, detail: string, faults: readonly Fault[]): LeakCheck {
  return { name, outcome: faults.length === 0 ? "passed" : "failed", detail, faults };
}

export function skipped(name: string, reason: string): LeakCheck {
  return { name, outcome: "skipped", detail: reason, faults: [] };
}

/** "3 bars" and "1 bar". */
export function barsText(count: number): string {
  return `${count} ${count === 1 ? "bar" : "bars"}`;
}
