/** @file The real server over the built page and a live session, on a clock on which five seconds pass when a test says so. */
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/core/index.ts";
import { openPlace, type Place } from "../../src/server/testing/place.ts";
import { ServedEngine } from "../../src/trade/testing/served-engine.ts";
import { ROOT } from "./page.ts";

/** What takes this long is waited for by the test; what is shorter, by the machine. */
const LONG_MS = 5_000;

/** Goes with the machine, and jumps ahead when it is told to. */
class LeapingClock implements Clock {
  #aheadMs = 0;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  nowMs(): number {
    return systemClock.nowMs() + this.#aheadMs;
  }

  elapsedMs(): number {
    return systemClock.elapsedMs() + this.#aheadMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < LONG_MS) return systemClock.sleep(ms, signal);
    return new Promise((resolve, reject) => {
      const sleeper = { untilMs: this.nowMs() + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  leap(ms: number): void {
    this.#aheadMs += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.nowMs()) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

export type LivePlace = {
  readonly place: Place;
  readonly clock: LeapingClock;
  readonly engine: ServedEngine;
  close(): Promise<void>;
};

/** A session "live/alpha"; `liveClasses` are those that its configuration lets open, all where absent. */
export async function openLivePlace(begun: "halt" | "resume", liveClasses: readonly string[] = []): Promise<LivePlace> {
  const clock = new LeapingClock();
  let engine: ServedEngine | undefined;
  const place = await openPlace(
    (folder) => {
      engine = new ServedEngine(join(folder, "state/live/alpha"), { begun, config: { liveClasses } });
    },
    "nothing",
    { pageFolder: join(ROOT, "web/dist"), clock },
  );
  if (engine === undefined) throw new Error("the place was not prepared");
  const session = engine;
  await session.open();
  return {
    place,
    clock,
    engine: session,
    async close() {
      await session.close();
      await place.close();
    },
  };
}
