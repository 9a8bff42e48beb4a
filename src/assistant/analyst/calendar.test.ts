import { expect, it, test } from "vitest";
import { DAY_MS } from "../../core/index.ts";
import { Chatbot } from "../chatbot.ts";
import { MemoryData } from "../memory-data.ts";
import { periodsIn, spanOf } from "./calendar.ts";

const LAST = Date.UTC(2024, 2, 11);
const day = (y: number, m: number, d: number): number => Date.UTC(y, m - 1, d);

test.each<[string, number, number, string]>([
  ["how was btc in november 2023", day(2023, 11, 1), day(2023, 12, 1), "November 2023"],
  ["high of btc during nov 2023?", day(2023, 11, 1), day(2023, 12, 1), "November 2023"],
  ["btc in november", day(2023, 11, 1), day(2023, 12, 1), "November 2023"],
  ["btc in february", day(2024, 2, 1), day(2024, 3, 1), "February 2024"],
  ["since may", day(2023, 5, 1), LAST, "May 2023"],
  ["since 2024-01-05", day(2024, 1, 5), LAST, "2024-01-05"],
  ["on 2023-11-05", day(2023, 11, 5), day(2023, 11, 6), "2023-11-05"],
  ["in 2023-11", day(2023, 11, 1), day(2023, 12, 1), "November 2023"],
  ["btc in 2022", day(2022, 1, 1), day(2023, 1, 1), "2022"],
  ["between 2023-01-10 and 2023-02-05", day(2023, 1, 10), day(2023, 2, 6), "2023-01-10 to 2023-02-05"],
])("%s", (text, fromMs, toMs, name) => {
  const { periods } = periodsIn(text);
  expect(periods).toHaveLength(1);
  expect(spanOf(periods[0], LAST)).toEqual({ fromMs, toMs, name });
});

test.each(["may i see btc", "the march of btc", "btc over 30 days", "close of 2300", "last month"])(
  "%s names no period of the calendar",
  (text) => {
    expect(periodsIn(text)).toEqual({ periods: [], rest: text });
  },
);

test("a day that is none has no span", () => {
  for (const text of ["on 2023-02-30", "in 2023-13"]) expect(spanOf(periodsIn(text).periods[0], LAST)).toBeUndefined();
});

/** A close of its own on each day: 100, 101, ... from 2023-10-01 to 2024-01-08. */
const ROWS = Array.from({ length: 100 }, (_, d) => ({
  symbol: "BTCUSDT",
  timeMs: Date.UTC(2023, 9, 1) + d * DAY_MS,
  open: 100 + d,
  high: 100 + d,
  low: 100 + d,
  close: 100 + d,
  volume: 1,
}));
const bot = (): Chatbot => new Chatbot({ data: new MemoryData(ROWS, [], []) });

it("answers of a month by the candles of that month alone, and every number of it is a fact", async () => {
  const chat = bot();
  const november = await chat.chat("What was the high and the low of BTC in November 2023?");
  // The 31st day from October on is the 1st of November.
  expect(november.answer).toContain("At the end of November 2023");
  expect(november.facts.flatMap(({ name, value }) => (/high|low/.test(name) ? [value] : []))).toEqual(
    expect.arrayContaining([160, 131]),
  );
  expect(november.groundedness).toBe(1);
  const october = await chat.chat("and in October?");
  expect([october.kind, october.answer.includes("October 2023"), october.answer.includes("130.00")]).toEqual([
    "extremes",
    true,
    true,
  ]);
  expect((await chat.chat("and BTC?")).answer, "the period is remembered").toContain("October 2023");
  expect((await chat.chat("over 10 days?")).answer, "and another span takes its place").not.toContain("October");
});

it("says what it can't: a period without candles, a part of one, two at once, a day that is none", async () => {
  const chat = bot();
  const none = await chat.chat("How was BTC in March 2021?");
  expect(none.answer).toContain("No candles of BTCUSDT lie in March 2021.");
  expect(none.groundedness).toBe(1);
  expect((await chat.chat("How was BTC in January 2024?")).answer).toContain("as far as there are candles");
  expect((await chat.chat("Was BTC higher in December 2023 than in November 2023?")).answer).toContain("one period");
  expect((await chat.chat("How was BTC on 2023-02-30?")).answer).toContain("no such day");
  expect((await chat.chat("How did BTC do since December?")).answer).toContain("Since the beginning of December 2023");
});
