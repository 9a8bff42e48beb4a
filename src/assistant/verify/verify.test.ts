import { describe, expect, it } from "vitest";
import { FactBook, FactUnit } from "../fact.ts";
import { sentencesOf, verifyAnswer } from "./verify.ts";

const SOURCE = { source: "1-hour candles of BTCUSDT from csv" };
const book = new FactBook();
book.say("close", "close of BTCUSDT", 42_361.12, FactUnit.price, SOURCE);
book.say("change", "change over the last 7 days", -0.0307, FactUnit.change, SOURCE);
book.say("rsi", "RSI over 14 bars", 46.6712, FactUnit.number, SOURCE);
book.say("trades", "trades", 1_440, FactUnit.count, SOURCE);
book.say("time", "time", Date.UTC(2026, 0, 5, 20), FactUnit.time, SOURCE);
const facts = book.all();
const faults = (text: string) => verifyAnswer(text, facts).faults.map(({ what }) => what);

describe("numbers of an answer", () => {
  it.each([
    "It closed at 42,361.12 USDT.",
    "It closed at about 42,361.",
    "It closed near 42.4k.",
    "RSI over 14 bars is 46.67, that is 47.",
    "It fell 3.07 % over the last 7 days.",
    "It changed by -3.07 %, about −3 %.",
    "There were 1,440 trades, or 1440.",
    "That was on 2026-01-05 at 20:00 UTC.",
    "BTCUSDT fell, says rsi14 of the 1-hour candles.",
  ])("are borne out: %s", (text) => expect(faults(text)).toEqual([]));

  it.each([
    ["It closed at 42,361.13 USDT.", "42,361.13"],
    ["It closed at 43k.", "43"],
    ["RSI is 46.68.", "46.68"],
    ["It fell 3.1 % and will fall 5 % more.", "5"],
    ["There were 1441 trades.", "1441"],
    ["That was on 2026-01-06.", "2026-01-06"],
    ["That was on 2026-01-05 at 21:00.", "21:00"],
    ["It fell 20 %.", "20"],
    ["RSI is 3.07.", "3.07"],
    ["It is worth 1e6.", "1e6"],
    ["It closed at 99,999USDT.", "99,999"],
    ["It is the 3rd fall.", "3"],
    ["It is worth twice that.", "twice"],
    ["It rose tenfold.", "tenfold"],
    ["About half of the trades won.", "half"],
    ["Half of it, 0.5, was lost.", "0.5"],
  ])("are not: %s", (text, what) => expect(faults(text)).toContain(what));

  it("are counted", () => {
    expect(verifyAnswer("RSI is 46.67 and not 50.", facts)).toMatchObject({ numbers: 2, grounded: 1 });
    expect(verifyAnswer("Nothing is known.", facts)).toMatchObject({ numbers: 0, grounded: 0, faults: [] });
  });
});

describe("words of direction", () => {
  it("must go with the sign of the change beside them", () => {
    expect(faults("It rose 3.07 %.")).toEqual(["rose"]);
    expect(faults("It is up 3.07 % this week.")).toEqual(["up"]);
    expect(faults("It fell 3.07 %.")).toEqual([]);
    expect(faults("It neither rose nor fell: 3.07 %."), "both words say neither").toEqual([]);
    expect(faults("Trend followers gained."), "no change stands beside it").toEqual([]);
  });
});

it("a decimal point ends no sentence", () => {
  expect(sentencesOf("RSI is 46.67. It fell 3.07 %!\nWhy?")).toEqual(["RSI is 46.67.", "It fell 3.07 %!", "Why?"]);
});
