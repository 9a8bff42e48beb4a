import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../../../core/index.ts";
import { ConnectBudget } from "./connect-budget.ts";
import { type Lane, RateBudget, type RateGroup } from "./rate-budget.ts";
import { TimeSync } from "./time-sync.ts";

describe("the budget of requests", () => {
  it("never lets more than nine tenths of a limit through in any second, whatever is asked when", async () => {
    const groups: RateGroup[] = ["create", "cancel", "orders"];
    const act = fc.record({ group: fc.constantFrom(...groups), pauseMs: fc.integer({ min: 0, max: 120 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 20, maxLength: 120 }), async (acts) => {
        const clock = new SimulatedClock(0);
        const budget = new RateBudget(clock);
        const left = new Map<RateGroup, number[]>();
        for (const { group, pauseMs } of acts) {
          clock.advance(pauseMs);
          await budget.take(group, "trade");
          left.set(group, [...(left.get(group) ?? []), clock.elapsedMs()]);
        }
        for (const [group, times] of left) {
          const most = group === "orders" ? 45 : 9;
          for (const [i, time] of times.entries()) {
            const within = times.slice(i).filter((other) => other < time + 1000).length;
            expect(within, `${group} in the second after ${time}`).toBeLessThanOrEqual(most);
          }
        }
      }),
      { seed: 11, numRuns: 30 },
    );
  });

  it("24: keeps room for cancels when reading and trading have used theirs", async () => {
    const clock = new SimulatedClock(0);
    const budget = new RateBudget(clock);
    const spend = async (lane: Lane): Promise<number> => {
      const groups: RateGroup[] = ["orders", "history", "executions", "positions", "wallet", "account", "public"];
      let sent = 0;
      for (const group of groups)
        while (budget.left(group, lane) > 0) sent += await budget.take(group, lane).then(() => 1);
      return sent;
    };
    for (let i = 0; i < 4; i++) {
      await spend("read");
      clock.advance(1000);
    }
    expect(budget.left("orders", "read"), "reading has to wait").toBe(0);
    expect(budget.left("create", "trade"), "orders leave").toBeGreaterThan(0);
    for (let i = 0; i < 2; i++) await spend("trade");
    expect(budget.left("cancel", "cancel"), "and cancels always do").toBe(9);
    const before = clock.elapsedMs();
    await budget.take("cancel", "cancel");
    expect(clock.elapsedMs()).toBe(before);
  });

  it("tells what is left of each kind that was asked for, and of the address", async () => {
    const clock = new SimulatedClock(0);
    const budget = new RateBudget(clock);
    for (let i = 0; i < 4; i++) await budget.take("create", "trade");
    await budget.take("orders", "read");
    expect(budget.limits()).toEqual([
      { name: "address", left: 535, most: 540, spanMs: 5_000 },
      { name: "create", left: 5, most: 9, spanMs: 1_000 },
      { name: "orders", left: 44, most: 45, spanMs: 1_000 },
    ]);
    clock.advance(1_001);
    expect(
      budget.limits().map(({ left }) => left),
      "a second later, of five",
    ).toEqual([535, 9, 45]);
    const connects = new ConnectBudget(clock, 3);
    await connects.take();
    expect(connects.limit()).toEqual({ name: "connections", left: 2, most: 3, spanMs: 300_000 });
    clock.advance(300_000);
    expect(connects.limit().left).toBe(3);
  });

  it("takes the venue's word where another session uses the same account", async () => {
    const clock = new SimulatedClock(1_000_000);
    const budget = new RateBudget(clock);
    budget.learn("create", { limit: 10, left: 4, resetMs: clock.nowMs() });
    expect(budget.left("create", "trade"), "four, less the tenth that is never used").toBe(3);
    budget.learn("cancel", { limit: 10, left: 0, resetMs: clock.nowMs() + 700 });
    const before = clock.elapsedMs();
    await budget.take("cancel", "cancel");
    expect(clock.elapsedMs() - before).toBeGreaterThanOrEqual(700);
  });
});

describe("the venue's clock", () => {
  it("goes by the quickest answer, and signs a little early rather than late", () => {
    const clock = new SimulatedClock(1_000_000);
    const time = new TimeSync(clock);
    const observe = (tripMs: number, error: number): void => {
      const sent = clock.nowMs();
      clock.advance(tripMs);
      time.observe(sent, clock.nowMs(), (sent + clock.nowMs()) / 2 + 250 + error);
    };
    observe(400, 150);
    observe(20, 5);
    observe(600, -200);
    expect(time.reading().offsetMs).toBe(255);
    expect(time.signingOffsetMs()).toBeLessThan(255);
    expect(time.signingOffsetMs()).toBeGreaterThan(200);
  });

  it("8: a step of the clock is believed at once", () => {
    const clock = new SimulatedClock(1_000_000);
    const time = new TimeSync(clock);
    time.observe(clock.nowMs() - 10, clock.nowMs(), clock.nowMs());
    time.observe(clock.nowMs() - 40, clock.nowMs(), clock.nowMs() + 60_000);
    expect(time.reading().offsetMs).toBeGreaterThan(59_000);
  });
});
