import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../core/index.ts";
import { withRetries } from "./retry.ts";
import { TokenBucket } from "./token-bucket.ts";
import { forbidden, rateLimited, unreachable, VenueError } from "./venue-error.ts";

describe("the token bucket", () => {
  it("lets a burst through and then a steady rate, in the order of arrival", async () => {
    const clock = new SimulatedClock(0);
    const bucket = new TokenBucket({ clock, burst: 3, perSecond: 4 });
    const left: [number, number][] = [];
    await Promise.all(
      Array.from({ length: 7 }, async (_, i) => {
        await bucket.take();
        left.push([i, Math.round(clock.nowMs())]);
      }),
    );
    expect(left).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 250],
      [4, 500],
      [5, 750],
      [6, 1000],
    ]);
    clock.advance(60_000);
    const before = clock.nowMs();
    for (let i = 0; i < 3; i++) await bucket.take();
    expect(clock.nowMs(), "it never holds more than its burst").toBe(before);
    await bucket.take();
    expect(clock.nowMs()).toBeCloseTo(before + 250, 6);
  });

  it("lets the others go on when one stops waiting", async () => {
    const bucket = new TokenBucket({ clock: new SimulatedClock(0), burst: 1, perSecond: 1 });
    const stopped = AbortSignal.abort(new Error("stop"));
    const [first, second, third] = await Promise.allSettled([bucket.take(), bucket.take(stopped), bucket.take()]);
    expect([first.status, second.status, third.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

const run = async (
  failures: VenueError[],
  signal?: AbortSignal,
): Promise<{ result: string; waitedMs: number; asked: number }> => {
  const clock = new SimulatedClock(0);
  let asked = 0;
  const request = (): Promise<string> => {
    const failure = failures[asked++];
    return failure === undefined ? Promise.resolve("answer") : Promise.reject(failure);
  };
  const result = await withRetries(request, { clock, maxAttempts: 4, backoffMs: 100, signal }).catch(
    (thrown: unknown) => (thrown instanceof VenueError ? thrown.code : String(thrown)),
  );
  return { result, waitedMs: clock.nowMs(), asked };
};

describe("retries", () => {
  it("wait longer each time, and as long as the venue asks for", async () => {
    const outage = unreachable("X", "here", "reset");
    expect(await run([outage, outage, outage])).toEqual({ result: "answer", waitedMs: 700, asked: 4 });
    expect(await run([rateLimited("X", "here", 5_000, "429")])).toEqual({
      result: "answer",
      waitedMs: 5_000,
      asked: 2,
    });
    expect((await run([rateLimited("X", "here", 3_600_000, "429")])).waitedMs, "no wait is endless").toBe(30_000);
  });

  it("end", async () => {
    const outage = unreachable("X", "here", "reset");
    expect(await run([outage, outage, outage, outage, outage])).toEqual({
      result: "VENUE_UNREACHABLE",
      waitedMs: 700,
      asked: 4,
    });
    expect(await run([forbidden("X", "here", "403")]), "a ban isn't retried").toEqual({
      result: "VENUE_FORBIDDEN",
      waitedMs: 0,
      asked: 1,
    });
    expect((await run([outage], AbortSignal.abort(new Error("stop")))).result).toBe("Error: stop");
  });
});
