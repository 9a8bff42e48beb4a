import { describe, expect, it } from "vitest";
import { linearTextScorer, trainLinearText } from "./linear/linear-scorer.ts";
import { measureMoods } from "./measure.ts";
import { scoreByRules } from "./rules/rules.ts";
import type { Mood } from "./score.ts";
import { CRYPTO_WIDE, eventsOf, linkEntities, MACRO } from "./stream/entities.ts";
import { bitDistance, StoryIndex, storyHash } from "./stream/same-story.ts";
import { CRYPTO_HEADLINES } from "./testing/crypto-headlines.ts";

describe("rules", () => {
  it.each([
    ["Bitcoin surges to a record high", "bullish"],
    ["Shares do not rise", "bearish"],
    ["Company denies fraud", "bullish"],
    ["Court rejects lawsuit against exchange", "bullish"],
    ["Costs rise again", "bearish"],
    ["Company cuts costs", "bullish"],
    ["Inflation falls more than expected", "bullish"],
    ["Jobless claims jump", "bearish"],
    ["Bitcoin -7.5% in a day", "bearish"],
    ["Ether +12%", "bullish"],
    ["Price target raised to $54", "bullish"],
    ["Top stories of the week", "neutral"],
    ["Hedge funds gather in Zurich", "neutral"],
    ["", "neutral"],
  ] as const)("call %j %s", (text, mood) => {
    expect(scoreByRules(text).mood).toBe(mood);
  });

  it("say which words counted and how much", () => {
    const { reasons, score } = scoreByRules("Shares slightly lower today, after a profit warning");
    expect(reasons).toEqual([
      { words: "lower", value: -0.6 },
      { words: "profit warning", value: -2 },
    ]);
    expect(score).toBeCloseTo(Math.tanh(-1.3), 12);
  });

  it("read links, tags and decorations as no language", () => {
    const plain = scoreByRules("Shares fall");
    expect(scoreByRules("<b>Shares</b>\u200b fall https://t.co/crash $BOOM @surge")).toEqual(plain);
  });

  it("tell most moods of a set of crypto headlines", () => {
    const told = CRYPTO_HEADLINES.map(({ text }) => scoreByRules(text).mood);
    const { macroF1, rows } = measureMoods(
      told,
      CRYPTO_HEADLINES.map(({ mood }) => mood),
    );
    expect(rows).toBe(120);
    expect(macroF1).toBeGreaterThan(0.9);
  });
});

describe("figures of moods", () => {
  it("are accuracy and the mean of three F1 scores, by the worked example", () => {
    const labels: Mood[] = ["bullish", "bullish", "bearish", "neutral"];
    const told: Mood[] = ["bullish", "neutral", "bearish", "neutral"];
    // F1: bullish 2/3, bearish 1, neutral 2/3.
    const figures = measureMoods(told, labels);
    expect(figures.accuracy).toBe(0.75);
    expect(figures.macroF1).toBeCloseTo(7 / 9, 12);
  });
});

describe("the linear model", () => {
  const rows = CRYPTO_HEADLINES.filter((_, i) => i % 4 !== 0);
  const unseen = CRYPTO_HEADLINES.filter((_, i) => i % 4 === 0);

  it("learns from labelled headlines, repeats with its seed, and survives JSON", () => {
    const model = trainLinearText(rows);
    expect(trainLinearText(rows)).toEqual(model);
    expect(trainLinearText(rows, { seed: 2 })).not.toEqual(model);
    const scorer = linearTextScorer(JSON.parse(JSON.stringify(model)) as typeof model);
    const told = unseen.map(({ text }) => scorer.score(text).mood);
    expect(
      measureMoods(
        told,
        unseen.map(({ mood }) => mood),
      ).macroF1,
    ).toBeGreaterThan(0.3);
    for (const { text } of unseen) expect(Math.abs(scorer.score(text).score)).toBeLessThanOrEqual(1);
  });

  it("asks for headlines of all three moods", () => {
    expect(() => trainLinearText(rows.filter(({ mood }) => mood !== "neutral"))).toThrow("labelled neutral");
  });
});

describe("whom a headline is about", () => {
  const BASES = ["BTC", "ETH", "SOL", "LINK", "NEAR", "BCH", "XRP"];

  it.each([
    ["Bitcoin and Ether climb", ["BTC", "ETH"]],
    ["Bitcoin Cash forks again", ["BCH"]],
    ["Chainlink's oracle fails", ["LINK"]],
    ["A link to the report", []],
    ["LINK in the chain", []],
    ["$LINK gains", ["LINK"]],
    ["BTC/USDT at 65,000", ["BTC"]],
    ["Near the top", []],
    ["Together for ethereal art", []],
    ["Crypto market falls", [CRYPTO_WIDE]],
    ["Fed holds rates", [MACRO]],
    ["XRP: court rules", ["XRP"]],
  ] as const)("%j: %j", (text, wanted) => {
    expect(linkEntities(text, BASES)).toEqual(wanted);
  });

  it("names the events that it tells of", () => {
    expect(eventsOf("Exchange to delist privacy coins")).toEqual(["delisting"]);
    expect(eventsOf("Hackers drain bridge; regulator sues")).toEqual(["hack", "regulator"]);
    expect(eventsOf("Bitcoin ETF inflows hit record")).toEqual(["etf-flow"]);
    expect(eventsOf("A quiet day")).toEqual([]);
  });
});

describe("one story told twice", () => {
  const title = "Regulator approves first spot Solana exchange-traded fund in the United States";

  it("is near to itself with a few words changed, and far from another", () => {
    const copy = "Regulator approves first spot Solana exchange-traded fund in the US - The Daily Coin";
    expect(bitDistance(storyHash(title), storyHash(title.toUpperCase()))).toBe(0);
    expect(bitDistance(storyHash(title), storyHash(copy))).toBeLessThanOrEqual(16);
    const other = "Miners sell reserves as revenue shrinks for third month in a row";
    expect(bitDistance(storyHash(title), storyHash(other))).toBeGreaterThan(16);
  });

  it("counts once within three days, its copies as reach", () => {
    const index = new StoryIndex();
    const hour = 3_600_000;
    expect(index.add(title, 0).isNew).toBe(true);
    const { story, isNew } = index.add(`${title}!`, hour);
    expect(isNew).toBe(false);
    expect(story.copies).toBe(1);
    expect(index.add(title, 100 * hour).isNew).toBe(true);
  });
});
