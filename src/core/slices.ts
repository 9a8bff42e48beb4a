/**
 * @file Long work of a process that is asked other things meanwhile: done in slices, with a turn for everybody else between two
 * of them. A halt that comes while a comparison is made waits for a slice, and not for the comparison.
 */
import { setImmediate } from "node:timers/promises";
import { type Clock, systemClock } from "./clock.ts";

/** Short beside what a person or a stream notices, long beside what a turn costs. */
const SLICE_MS = 8;

/** Does `act` to each item in its order. Rejects with what `act` or the items throw; an iterator that was left is closed. */
export async function inSlices<T>(
  items: Iterable<T>,
  act: (item: T) => void,
  clock: Pick<Clock, "elapsedMs"> = systemClock,
): Promise<void> {
  let begunMs = clock.elapsedMs();
  for (const item of items) {
    act(item);
    if (clock.elapsedMs() - begunMs < SLICE_MS) continue;
    await setImmediate();
    begunMs = clock.elapsedMs();
  }
}
