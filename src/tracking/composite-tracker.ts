/** @file Several trackers behind one: each is told everything, in the order given. */
import { toError } from "../core/index.ts";
import type { ConfigRecord, RunStatus, Tracker } from "./tracker.ts";

export class CompositeTracker implements Tracker {
  readonly #trackers: readonly Tracker[];

  constructor(trackers: readonly Tracker[]) {
    this.#trackers = [...trackers];
  }

  config(params: ConfigRecord, tags?: Readonly<Record<string, string>>): void {
    for (const tracker of this.#trackers) tracker.config(params, tags);
  }

  continued(step: number): void {
    for (const tracker of this.#trackers) tracker.continued(step);
  }

  scalar(name: string, value: number, step: number): void {
    for (const tracker of this.#trackers) tracker.scalar(name, value, step);
  }

  scalars(record: Readonly<Record<string, number>>, step: number): void {
    for (const tracker of this.#trackers) tracker.scalars(record, step);
  }

  histogram(name: string, values: ArrayLike<number>, step: number): void {
    for (const tracker of this.#trackers) tracker.histogram(name, values, step);
  }

  text(name: string, markdown: string): void {
    for (const tracker of this.#trackers) tracker.text(name, markdown);
  }

  /** Finishes every one of them, also where one fails; then throws what failed first. */
  async finish(status: RunStatus): Promise<void> {
    const outcomes = await Promise.allSettled(this.#trackers.map(async (tracker) => tracker.finish(status)));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw toError(failed.reason);
  }
}
