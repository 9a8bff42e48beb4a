import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../core/index.ts";
import { LocalVenue } from "../../local/server/local-venue.ts";
import { START_MS, smallVenue } from "../../testing/small-venue.ts";
import { bybitHosts } from "./hosts.ts";
import { BybitRest } from "./rest.ts";

let venue: LocalVenue;
beforeEach(async () => {
  venue = await LocalVenue.start({ core: smallVenue(), seed: 1, speed: 60 });
});
afterEach(() => venue.close());

describe("the clock of a market that runs faster", () => {
  it("follows the venue at its pace, in whole milliseconds, and believes no skew where an answer was slow", async () => {
    const rest = new BybitRest({ hosts: bybitHosts(venue.url) });
    const clock = await rest.marketClock();
    expect(rest.pace).toBe(60);
    expect(Number.isInteger(clock.nowMs())).toBe(true);
    await systemClock.sleep(50);
    expect(Math.abs(clock.nowMs() - venue.core.nowMs), "within a tenth of a second of wall time").toBeLessThan(6_000);
    expect(clock.nowMs() - START_MS).toBeGreaterThan(3_000);
    for (const value of [200, 0]) {
      if (value > 0) venue.control({ action: "fault", rule: { kind: "delay-reply", times: 1, value } });
      await rest.syncTime();
      expect(Math.abs(rest.clockOffsetMs()), "a slow answer is no skew").toBeLessThan(250);
    }
    venue.control({ action: "clock-skew", ms: 3_600_000 });
    await rest.syncTime();
    expect(rest.clockOffsetMs(), "an hour of the market is a minute of the wall").toBeGreaterThan(59_000);
  });
});
