import { describe, expect, it } from "vitest";
import type { Clock } from "../../core/index.ts";
import type { Command } from "../contract/index.ts";
import { LiveChanges } from "./live-changes.ts";

const UNDO_MS = 5_000;
const WANTED = { session: "live/demo-1", command: "resume", assetClass: null } as const;
const DONE = { id: "a", session: "live/demo-1", command: "resume", state: "done" } as unknown as Command;

/** Sleeps until it was told that the time has come. */
class HandClock implements Clock {
  #nowMs = 1_700_000_000_000;
  readonly #sleepers: Array<{ readonly untilMs: number; readonly wake: () => void }> = [];
  nowMs(): number {
    return this.#nowMs;
  }
  elapsedMs(): number {
    return this.#nowMs;
  }
  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ untilMs: this.#nowMs + ms, wake }));
  }
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const { untilMs, wake } of this.#sleepers) if (untilMs <= this.#nowMs) wake();
  }
}

function open(): { readonly changes: LiveChanges; readonly clock: HandClock; readonly sent: string[] } {
  const clock = new HandClock();
  return { changes: new LiveChanges(clock), clock, sent: [] };
}
const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe("a change that raises live risk", () => {
  it("is sent once its time is over, and not a moment before", async () => {
    const { changes, clock, sent } = open();
    const send = async () => {
      sent.push("resume");
      return DONE;
    };
    const { id, actsMs } = changes.ask(WANTED, "raise demo-1", send);
    expect(actsMs).toBe(clock.nowMs() + UNDO_MS);
    clock.advance(UNDO_MS - 1);
    await settled();
    expect(sent).toEqual([]);
    clock.advance(1);
    await settled();
    expect(sent).toEqual(["resume"]);
    expect(changes.list()).toMatchObject([{ id, state: "sent", answer: DONE }]);
    expect(() => changes.takeBack(id)).toThrow(expect.objectContaining({ code: "LIVE_REFUSED" }));
  });

  it("is never sent once it is taken back, or the server ends", async () => {
    const { changes, clock, sent } = open();
    const send = async () => {
      sent.push("x");
      return DONE;
    };
    const first = changes.ask(WANTED, "raise demo-1", send);
    const second = changes.ask(WANTED, " raise demo-1 ", send);
    expect(changes.takeBack(first.id).state).toBe("taken-back");
    changes.close();
    clock.advance(UNDO_MS * 2);
    await settled();
    expect(sent).toEqual([]);
    expect(changes.list().map(({ id, state }) => [id, state])).toEqual([
      [second.id, "taken-back"],
      [first.id, "taken-back"],
    ]);
  });

  it("needs the phrase of its own session", () => {
    const { changes } = open();
    const ask = (phrase: string) => () => changes.ask(WANTED, phrase, () => Promise.resolve(DONE));
    for (const phrase of ["", "raise", "raise demo-2", "RAISE demo-1"])
      expect(ask(phrase)).toThrow(expect.objectContaining({ code: "LIVE_REFUSED" }));
    expect(changes.list()).toEqual([]);
  });
});
