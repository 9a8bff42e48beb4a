import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../core/index.ts";
import { LocalVenue } from "../../local/server/local-venue.ts";
import { smallVenue } from "../../testing/small-venue.ts";
import { bybitHosts } from "./hosts.ts";
import { BybitRest } from "./rest.ts";

const SPEED = 60;

let venue: LocalVenue;
beforeEach(async () => {
  venue = await LocalVenue.start({ core: smallVenue(), seed: 1, speed: SPEED });
});
afterEach(() => venue.close());

describe("the clock of a market that runs faster", () => {
  it("follows the venue at its pace, in whole milliseconds, and believes no skew where an answer was slow", async () => {
    const rest = new BybitRest({ hosts: bybitHosts(venue.url) });
    const askedMs = systemClock.elapsedMs();
    const clock = await rest.marketClock();
    // Nobody knows better than this when in the trip the venue read its clock, however busy the machine is.
    const tripMs = systemClock.elapsedMs() - askedMs;
    expect(rest.pace).toBe(SPEED);
    const beganMs = clock.nowMs();
    expect(Number.isInteger(beganMs)).toBe(true);
    await systemClock.sleep(50);
    expect(clock.nowMs() - beganMs, "50 ms of the wall, less what a timer comes early").toBeGreaterThan(45 * SPEED);
    const beforeMs = await rest.syncTime();
    const nowMs = clock.nowMs();
    const afterMs = await rest.syncTime();
    expect(nowMs).toBeGreaterThanOrEqual(beforeMs - tripMs * SPEED);
    expect(nowMs).toBeLessThanOrEqual(afterMs + tripMs * SPEED);
    venue.control({ action: "fault", rule: { kind: "delay-reply", times: 1, value: 200 } });
    await rest.syncTime();
    expect(rest.clockOffsetMs(), "a slow answer is no skew").toBe(0);
    await rest.syncTime();
    venue.control({ action: "clock-skew", ms: 3_600_000 });
    const skewedMs = systemClock.elapsedMs();
    await rest.syncTime();
    const off = systemClock.elapsedMs() - skewedMs + tripMs;
    expect(Math.abs(rest.clockOffsetMs() - 60_000), "an hour of the market is a minute of the wall").toBeLessThan(
      off + 1,
    );
  });
});
