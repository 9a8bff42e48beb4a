import { afterEach, beforeEach, expect, test } from "vitest";
import { type Clock, Random, systemClock } from "../../../core/index.ts";
import { PublicStream } from "../../testing/public-stream.ts";
import type { RecordedRow } from "../source.ts";
import { BybitRecorder } from "./bybit-recorder.ts";
import { DepthBook } from "./depth-book.ts";

const SNAPSHOT = {
  s: "BTCUSDT",
  b: [
    ["100", "5"],
    ["99.95", "7"],
    ["90", "1000"],
  ],
  a: [["100.02", "3"]],
  u: 2,
  seq: 1,
};

test("the book's figures are those within ten basis points of the middle", () => {
  const book = new DepthBook();
  expect(book.figures()).toBeUndefined();
  expect(book.apply("delta", SNAPSHOT), "a change before any snapshot says nothing").toBe(true);
  expect(book.figures()).toBeUndefined();
  book.apply("snapshot", SNAPSHOT);
  const bids = 100 * 5 + 99.95 * 7;
  const asks = 100.02 * 3;
  expect(book.figures()?.depth).toBeCloseTo(bids + asks, 9);
  expect(book.figures()?.imbalance).toBeCloseTo((bids - asks) / (bids + asks), 12);
  expect(book.figures()?.spread).toBeCloseTo((0.02 / 100.01) * 10_000, 9);
});

test("changes put, replace and take away levels; a new beginning forgets all of them", () => {
  const book = new DepthBook();
  book.apply("snapshot", SNAPSHOT);
  book.apply("delta", {
    b: [
      ["100", "0"],
      ["99.95", "1"],
    ],
    a: [["100.01", "2"]],
    u: 3,
  });
  expect(book.figures()?.depth).toBeCloseTo(99.95 + 100.01 * 2 + 100.02 * 3, 9);
  book.apply("delta", { b: [["50", "1"]], a: [["50.01", "1"]], u: 1 });
  expect(book.figures()?.depth).toBeCloseTo(50 + 50.01, 9);
});

test("crossed sides, an empty side and a message of another kind give no figures", () => {
  const book = new DepthBook();
  book.apply("snapshot", { b: [["101", "1"]], a: [["100", "1"]], u: 2 });
  expect(book.figures()).toBeUndefined();
  book.apply("snapshot", { b: [["99", "1"]], a: [], u: 2 });
  expect(book.figures()).toBeUndefined();
  book.apply("snapshot", SNAPSHOT);
  expect(book.apply("delta", { b: "no" })).toBe(false);
  expect(book.figures()).toBeUndefined();
});

let server = new PublicStream();
let stop = new AbortController();
beforeEach(() => {
  server = new PublicStream();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort(new Error("over"));
  await server.close();
});

/** The system's time, in which the recorder's intervals end when a test says so. */
function gatedClock(): { readonly clock: Clock; readonly pass: (ms?: number) => void; readonly wake: () => void } {
  const INTERVAL = 300_000;
  let nowMs = Math.ceil(Date.UTC(2026, 4, 20) / INTERVAL) * INTERVAL + 1_000;
  let open: (() => void) | undefined;
  let waitMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    elapsedMs: () => systemClock.elapsedMs(),
    sleep: (ms, signal) =>
      ms < 100_000
        ? systemClock.sleep(ms, signal)
        : new Promise((resolve, reject) => {
            waitMs = ms;
            open = resolve;
            signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
          }),
  };
  const pass = (ms = waitMs): void => {
    nowMs += ms;
  };
  return { clock, pass, wake: () => open?.() };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 4000 && !condition(); i++) await systemClock.sleep(5);
  expect(condition()).toBe(true);
}

test("an interval in which the stream was up has all its rows; the first one, and one with a cut in it, have no sums", async () => {
  let subscribed = 0;
  const url = await server.listen(() => {
    subscribed++;
  });
  const { clock, pass, wake } = gatedClock();
  const intervals: Array<readonly RecordedRow[]> = [];
  let ups = 0;
  let downs = 0;
  const recorder = new BybitRecorder({
    url,
    symbols: ["BTCUSDT"],
    clock,
    random: new Random(1),
    onRows: async (rows) => void intervals.push(rows),
    onState: ({ state }) => {
      if (state === "up") ups++;
      if (state === "down") downs++;
    },
    timing: { firstWaitMs: 1, longestWaitMs: 5 },
  });
  const running = recorder.run(stop.signal).catch(() => undefined);
  let sent = 0;
  const push: PublicStream["push"] = (topic, type, data) => {
    sent++;
    server.push(topic, type, data);
  };
  const liquidated = (S: string, v: string): void =>
    push("allLiquidation.BTCUSDT", "snapshot", [{ T: 1, s: "BTCUSDT", S, v, p: "100" }]);
  let marks = 0;
  /** The interval ends with a fresh book, when all that was sent has come. */
  const interval = async (): Promise<Record<string, number>> => {
    marks++;
    pass();
    push("orderbook.1000.BTCUSDT", "snapshot", { ...SNAPSHOT, b: [["100", "1"]], a: [["100.02", "1"]] });
    await until(() => recorder.messages === sent);
    wake();
    await until(() => intervals.length === marks);
    pass(1_000);
    return Object.fromEntries(intervals[marks - 1].map(({ id, value }) => [id.replace("bybit.", ""), value]));
  };
  await until(() => ups === 1);
  liquidated("Buy", "9");
  expect(Object.keys(await interval()), "it began in its middle").toEqual([
    "book-imbalance",
    "book-depth",
    "book-spread",
  ]);
  liquidated("Buy", "2");
  liquidated("Buy", "1");
  liquidated("Sell", "5");
  const whole = await interval();
  expect([whole["liquidated-long"], whole["liquidated-short"]], "S: Buy is a long position").toEqual([300, 500]);
  expect((await interval())["liquidated-long"], "calm is a zero").toBe(0);
  server.cut();
  await until(() => downs === 1 && ups === 2);
  expect(Object.keys(await interval()), "calm and a hole are not the same").not.toContain("liquidated-long");
  expect(subscribed).toBe(2);
  expect(server.topics.slice(0, 2)).toEqual(["allLiquidation.BTCUSDT", "orderbook.1000.BTCUSDT"]);
  push("allLiquidation.BTCUSDT", "snapshot", [{ S: "Neither", v: "1", p: "1" }]);
  await until(() => recorder.unreadable === 1);
  expect(Object.keys(await interval()), "what could not be read is missing in the sum").not.toContain(
    "liquidated-long",
  );
  stop.abort(new Error("over"));
  await running;
});
