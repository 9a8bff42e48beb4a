import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Random, SimulatedClock, systemClock } from "../../../core/index.ts";
import { LocalVenue } from "../../local/server/local-venue.ts";
import { smallVenue } from "../../testing/small-venue.ts";
import { ConnectBudget } from "./connect-budget.ts";
import { BybitCredentials } from "./credentials.ts";
import { Stream, StreamRefusal, type StreamState } from "./stream.ts";

let venue: LocalVenue;
let states: StreamState[];
let topics: string[];
let stream: Stream | undefined;
beforeEach(async () => {
  venue = await LocalVenue.start({ core: smallVenue(), seed: 1, speed: 0 });
  states = [];
  topics = [];
});
afterEach(async () => {
  await stream?.stop();
  await venue.close();
});

type Over = {
  readonly path?: string;
  readonly topics?: readonly string[];
  readonly secret?: string;
  readonly budget?: ConnectBudget;
};
function open(over: Over = {}): Stream {
  const credentials = new BybitCredentials("key-1", over.secret ?? "secret-1");
  const path = over.path ?? "private";
  stream = new Stream({
    url: `${venue.streamUrl}/v5/${path}`,
    topics: over.topics ?? ["order", "execution"],
    ...(path === "private" ? { authentication: () => credentials.streamAuthentication(Date.now() + 10_000) } : {}),
    wall: systemClock,
    random: new Random(1),
    budget: over.budget ?? new ConnectBudget(systemClock),
    onMessage: ({ topic }) => topics.push(topic),
    onState: (state) => states.push(state),
    timing: { answerMs: 250, pingMs: 150, pongMs: 100, firstWaitMs: 5, longestWaitMs: 40 },
  });
  return stream;
}

const ups = (): number[] => states.flatMap(({ state, generation }) => (state === "up" ? [generation] : []));
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !condition(); i++) await systemClock.sleep(5);
  expect(condition()).toBe(true);
}

describe("a stream under supervision", () => {
  it.each(["mute-auth", "mute-subscribe"] as const)("5: begins anew where %s", async (kind) => {
    venue.control({ action: "fault", rule: { kind, times: 1 } });
    await open().start();
    expect(ups(), "the second connection, not the first").toEqual([2]);
    expect(states.find(({ state }) => state === "down")?.reason).toContain("was not answered");
  });

  it("22: subscribes in requests of ten topics at most", async () => {
    const intervals = ["5", "15", "30", "60", "120", "240", "360", "720", "D"];
    const many = [
      ...intervals.map((interval) => `kline.${interval}.BTCUSDT`),
      "tickers.BTCUSDT",
      "orderbook.1.BTCUSDT",
    ];
    await open({ path: "public/spot", topics: [...many, "publicTrade.BTCUSDT"] }).start();
    venue.advance(300_000);
    await until(() => topics.includes("publicTrade.BTCUSDT") && topics.includes("kline.5.BTCUSDT"));
    expect(ups()).toEqual([1]);
  });

  it("23: a storm of closes stays within the budget of connections, and ends in a stream that is up", async () => {
    venue.control({ action: "fault", rule: { kind: "refuse-connection", times: 6, value: 503 } });
    await open().start();
    expect(ups()).toEqual([7]);
    const clock = new SimulatedClock(0);
    const budget = new ConnectBudget(clock);
    for (let i = 0; i < 1000; i++) await budget.take();
    expect(clock.elapsedMs(), "1000 connections take more than ten minutes at 450 in five").toBeGreaterThan(600_000);
  });

  it("rejects its start where the venue refuses the key, and says so in its state", async () => {
    await expect(open({ secret: "wrong-1" }).start()).rejects.toThrow(StreamRefusal);
    expect(states.some(({ refused }) => refused === true)).toBe(true);
    expect(JSON.stringify(states)).not.toContain("wrong-1");
  });

  it("ends at once when it is stopped, also while it waits", async () => {
    const waiting = open();
    await venue.close();
    const started = waiting.start().catch(() => undefined);
    await until(() => states.some(({ state }) => state === "down"));
    const beganMs = systemClock.elapsedMs();
    await waiting.stop();
    expect(systemClock.elapsedMs() - beganMs).toBeLessThan(1000);
    venue = await LocalVenue.start({ core: smallVenue(), seed: 1, speed: 0 });
    void started;
  });
});
