import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { HOUR_MS, Random, systemClock } from "../../../core/index.ts";
import { GatedClock } from "../../testing/gated-clock.ts";
import { SourceServer } from "../../testing/source-server.ts";
import { type WhaleFault, WhaleServer, whaleAlertOf } from "../../testing/whale-server.ts";
import type { RecordedRow } from "../source.ts";
import { WhaleRecorder, whaleAlert } from "./whale-alert.ts";
import { readAlert } from "./whale-flows.ts";

const KEY = "key of+whales";
const HOUR = Date.UTC(2026, 4, 20, 7);
let server = new WhaleServer();
let address = "";
let stop = new AbortController();
beforeEach(async () => {
  server = new WhaleServer();
  address = await server.listen();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort(new Error("over"));
  await server.close();
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 4000 && !condition(); i++) await systemClock.sleep(5);
  expect(condition()).toBe(true);
}

function recording() {
  const clock = new GatedClock(HOUR + 1000);
  const hours: Array<readonly RecordedRow[]> = [];
  const states: Array<{ readonly state: "up" | "down"; readonly reason: string }> = [];
  const hooks = {
    keys: ["BTC", "ETH"],
    random: new Random(1),
    onRows: async (rows: readonly RecordedRow[]) => void hours.push(rows),
    onState: (state: (typeof states)[number]) => void states.push(state),
  };
  const timing = { openMs: 60, answerMs: 60, firstWaitMs: 1, longestWaitMs: 5 };
  const recorder = new WhaleRecorder(address, KEY, clock, hooks, timing);
  const running = recorder.run(stop.signal).catch(() => undefined);
  const ups = (): number => states.filter(({ state }) => state === "up").length;
  return { recorder, running, clock, gates: clock.gates, hours, states, ups };
}

test("an hour that was heard from end to end has the sums of each coin, once for each transaction; others have none", async () => {
  const { recorder, running, clock, gates, hours, ups } = recording();
  let marks = 0;
  /** Sends, waits until a last message has been read, and lets the hour end. */
  const hour = async (...messages: unknown[]): Promise<Record<string, number>> => {
    for (const message of messages) server.push(message);
    const mark = { hash: `mark ${marks}`, timeMs: clock.nowMs(), symbol: "doge", amount: 1, to: "kraken" };
    const heard = recorder.heard;
    server.push(whaleAlertOf(mark));
    await until(() => recorder.heard >= heard + messages.length + 1);
    clock.pass(HOUR_MS - (clock.nowMs() % HOUR_MS));
    gates[marks].open();
    await until(() => hours.length === marks + 1);
    marks++;
    await until(() => gates.length === marks + 1);
    return Object.fromEntries(hours[marks - 1].map(({ id, key, value }) => [`${id.slice(12)} ${key}`, value]));
  };
  const one = (hash: string, parts: { amount: number; from?: string; to?: string; symbol?: string; timeMs?: number }) =>
    whaleAlertOf({ hash, timeMs: clock.nowMs(), ...parts });
  await until(() => ups() === 1);
  expect(server.subscriptions).toEqual([
    { type: "subscribe_alerts", symbols: ["btc", "eth"], tx_types: ["transfer"], min_value_usd: 1_000_000 },
  ]);
  expect(server.asked).toEqual(["/ws?api_key=key+of%2Bwhales"]);
  expect(await hour(one("a", { amount: 1000, to: "binance" })), "it began within the hour").toEqual({});
  const calm = { "inflow BTC": 0, "outflow BTC": 0, "inflow ETH": 0, "outflow ETH": 0 };
  expect(
    await hour(
      one("b", { amount: 1000, to: "binance" }),
      one("b", { amount: 1000, to: "binance" }),
      one("c", { amount: 700, from: "Kraken" }),
      one("d", { amount: 9000, from: "kraken", to: "Kraken" }),
      one("e", { amount: 500, from: "kraken", to: "binance" }),
      one("f", { amount: 800 }),
      one("g", { amount: 3000, symbol: "eth", to: "okx", timeMs: clock.nowMs() - 2 * HOUR_MS }),
    ),
    "told twice, moved within one exchange, between strangers, and told late",
  ).toEqual({ ...calm, "inflow BTC": 3_000_000, "outflow BTC": 2_400_000 });
  expect(
    await hour(one("b", { amount: 1000, to: "binance" })),
    "calm is a zero, and what was known stays known",
  ).toEqual(calm);
  clock.pass(1000);
  server.cut();
  await until(() => ups() === 2);
  expect(await hour(), "calm and a hole are not the same").toEqual({});
  clock.pass(1000);
  expect(await hour("<html>no</html>"), "what can't be read is missing in the sum").toEqual({});
  clock.pass(1000);
  expect(await hour(one("h", { amount: 1, to: "okx", timeMs: clock.nowMs() + HOUR_MS })), "a clock is wrong").toEqual(
    {},
  );
  const many = Array.from({ length: 100 }, (_, i) => one(`i${i}`, { amount: 600, to: "okx" }));
  expect(await hour(...many), "the plan may have held back more").toEqual({});
  expect(await hour(one("j", { amount: 600, symbol: "eth", to: "okx" }))).toEqual({ ...calm, "inflow ETH": 1_200_000 });
  stop.abort(new Error("over"));
  await running;
});

describe("a stream that does not come up is told with its reason, never with the key, and tried again", () => {
  it.each<[string, WhaleFault, RegExp]>([
    ["401", { status: 401 }, /does not take the key.*HTTP 401/],
    ["403", { status: 403, body: `<html>${KEY}</html>` }, /the plan has no alerts \(HTTP 403\)/],
    ["429", { status: 429, headers: { "retry-after": "0" } }, /too many requests \(HTTP 429\)/],
    ["an outage", { status: 503 }, /no stream \(HTTP 503\)/],
    ["a page with status 200", { status: 200, body: "<html>no</html>" }, /no stream \(HTTP 200\)/],
    ["no answer to the connection", "hang", /failed|confirmed/],
    ["silence", "silence", /not confirmed/],
    ["a refusal that repeats the key", { says: { type: "error", message: `bad key ${KEY}` } }, /refuses: .*\*\*\*/],
    ["another word in place of the confirmation", { says: ["hello"] }, /not confirmed/],
  ])("%s", async (_, fault, reason) => {
    server.faults = [fault];
    const { running, states, ups } = recording();
    await until(() => ups() === 1);
    stop.abort(new Error("over"));
    await running;
    expect(states[0]).toMatchObject({ state: "down", reason: expect.stringMatching(reason) });
    const told = JSON.stringify(states);
    for (const form of [KEY, encodeURIComponent(KEY), "key+of%2Bwhales"]) expect(told).not.toContain(form);
  });

  it("and takes the key to no other host", async () => {
    const other = new SourceServer(HOUR);
    const elsewhere = await other.listen();
    server.faults = [{ status: 302, headers: { location: `${elsewhere}/ws?api_key=x` } }];
    const { running, states, ups } = recording();
    await until(() => ups() === 1);
    stop.abort(new Error("over"));
    await running;
    await other.close();
    expect(states[0].reason).toContain("which is not asked (HTTP 302)");
    expect(other.requests).toEqual([]);
  });

  it("not before the time that it asks for", async () => {
    server.faults = [{ status: 429, headers: { "retry-after": "900" } }];
    const { running, gates, ups } = recording();
    await until(() => gates.some(({ ms }) => ms === 900_000));
    expect([ups(), server.asked.length]).toEqual([0, 1]);
    for (const { ms, open } of gates) if (ms === 900_000) open();
    await until(() => ups() === 1);
    stop.abort(new Error("over"));
    await running;
  });
});

test.each<[string, (alert: Record<string, unknown>) => unknown]>([
  ["no object", () => "alert"],
  ["no price", (alert) => ({ ...alert, amounts: [] })],
  ["a price of nothing", (alert) => ({ ...alert, amounts: [{ symbol: "BTC", amount: 0, value_usd: 1 }] })],
  ["an amount below zero", (alert) => ({ ...alert, amounts: [{ symbol: "BTC", amount: -1, value_usd: 1 }] })],
  ["a time in words", (alert) => ({ ...alert, timestamp: "now" })],
  ["no transaction", (alert) => ({ ...alert, transaction: undefined })],
  ["no parts", (alert) => ({ ...alert, transaction: { hash: "a" } })],
])("an alert with %s can't be understood", (_, change) => {
  const alert = whaleAlertOf({ hash: "a", timeMs: HOUR, amount: 5, to: "okx" });
  expect(readAlert(alert)?.flows).toEqual([{ coin: "BTC", inflow: 10_000, outflow: 0 }]);
  expect(readAlert(change(alert))).toBeUndefined();
});

test("without its key it is off; it has no history, and an address that is none is refused", async () => {
  const source = whaleAlert({ environment: {} });
  expect([source.keys, source.missingKeys]).toEqual([["WHALE_ALERT_API_KEY"], ["WHALE_ALERT_API_KEY"]]);
  expect(source.series.map(({ id, of, history }) => [id, of, history])).toEqual([
    ["whale-alert.inflow", "coin", "none"],
    ["whale-alert.outflow", "coin", "none"],
  ]);
  const query = { spec: source.series[0], key: "BTC", fromMs: 0, toMs: 1 };
  await expect(source.fetch(query)).rejects.toMatchObject({ code: "VENUE_REJECTED" });
  expect(() => whaleAlert({ environment: { TIDEMARK_WHALE_ALERT_URL: "no" } })).toThrow(
    expect.objectContaining({ code: "CONFIG_VALUE" }) as Error,
  );
});
