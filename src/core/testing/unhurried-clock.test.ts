import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../clock.ts";
import { UnhurriedClock } from "./unhurried-clock.ts";

/** A machine on which each turn of the event loop takes so long. */
class Machine extends SimulatedClock {
  turnMs = 1;
  turns = 0;

  override async sleep(): Promise<void> {
    this.turns++;
    this.advance(this.turnMs);
  }
}

describe("a clock on which work takes no time", () => {
  it("runs like the machine's while that is idle", async () => {
    const machine = new Machine(5_000);
    const clock = new UnhurriedClock(2, machine);
    await clock.sleep(10);
    expect(clock.elapsedMs()).toBe(10);
    expect(clock.nowMs()).toBe(5_010);
    expect(machine.elapsedMs()).toBe(10);
  });

  it("moves by no more than its bound where a turn takes a second", async () => {
    const machine = new Machine(0);
    machine.turnMs = 1_000;
    const clock = new UnhurriedClock(2, machine);
    await clock.sleep(10);
    expect(clock.elapsedMs()).toBe(10);
    expect(machine.turns).toBe(5);
  });

  it("wakes in the order of their times, stands still while nobody sleeps, and lets go who is called off", async () => {
    const machine = new Machine(0);
    const clock = new UnhurriedClock(2, machine);
    const woken: string[] = [];
    const off = new AbortController();
    const sleeps = [
      clock.sleep(9).then(() => woken.push("late")),
      clock.sleep(3).then(() => woken.push("early")),
      clock.sleep(5, off.signal).catch(() => woken.push("called off")),
    ];
    off.abort();
    await Promise.all(sleeps);
    expect(woken).toEqual(["called off", "early", "late"]);
    machine.advance(1_000);
    expect(clock.elapsedMs()).toBe(9);
    await clock.sleep(1);
    expect(clock.elapsedMs()).toBe(10);
    await expect(clock.sleep(1, off.signal)).rejects.toThrow("aborted");
  });
});
