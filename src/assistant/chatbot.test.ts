import { describe, expect, it } from "vitest";
import { Chatbot, type ChatEvent } from "./chatbot.ts";
import { evaluateAssistant } from "./evaluate/evaluate.ts";
import { GLOSSARY } from "./glossary.ts";
import { loadMarketChatbot } from "./load.ts";
import { MemoryData } from "./memory-data.ts";
import { candleRows } from "./testing/market.ts";

const ROWS = candleRows();
const LAST = ROWS.findLast(({ symbol }) => symbol === "BTCUSDT")?.close ?? 0;

describe("a conversation", () => {
  it("answers by computed figures, with facts and sources", async () => {
    const bot = loadMarketChatbot({ marketData: ROWS });
    const { answer, facts, sources, groundedness, mode } = await bot.chat("How is BTC doing?");
    expect(answer).toContain(LAST.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 }));
    expect(facts.find(({ id }) => id === "BTCUSDT.close")?.value).toBe(LAST);
    expect(sources).toEqual(["1-hour candles of BTCUSDT from the rows that were given"]);
    expect([groundedness, mode]).toEqual([1, "analyst"]);
    expect(bot.why()?.facts).toEqual(facts);
  });

  it("remembers so many pairs, leans on them, and forgets when it is told to", async () => {
    const bot = loadMarketChatbot({ marketData: ROWS, maxHistory: 2 });
    await bot.chat("What was the high of BTC over 14 days?");
    expect((await bot.chat("and ETH?")).answer).toMatch(/^Over the last 14 days the high of ETHUSDT/);
    await bot.chat("help");
    expect(bot.history.map(({ question }) => question)).toEqual(["and ETH?", "help"]);
    expect((await bot.chat("over 7 days?")).answer).toMatch(/^Over the last 7 days the high of ETHUSDT/);
    bot.resetConversation();
    expect(bot.history).toEqual([]);
    expect(bot.why()).toBeUndefined();
    expect((await bot.chat("over 7 days?")).kind).toBe("unclear");
  });

  it("remembers nothing where no pair is to be remembered, and still says why it answered so", async () => {
    const bot = loadMarketChatbot({ marketData: ROWS, maxHistory: 0 });
    await bot.chat("What was the high of BTC over 14 days?");
    expect(bot.history).toEqual([]);
    expect(bot.why()?.facts.length).toBeGreaterThan(0);
    expect((await bot.chat("and over 7 days?")).answer).not.toContain("high of BTCUSDT");
  });

  it("takes new candles and signals as a whole, and keeps the old where rows are wrong", async () => {
    const bot = loadMarketChatbot({ marketData: ROWS });
    const price = async () =>
      (await bot.chat("price of BTCUSDT")).facts.find(({ id }) => id === "BTCUSDT.close")?.value;
    expect(() => bot.updateMarketData([{ ...ROWS[0], close: Number.NaN }, ROWS[2]])).toThrow(/no close in row 1/);
    expect(() => bot.updateMarketData([ROWS[0], ROWS[0]])).toThrow(/two rows of one time/);
    expect(await price()).toBe(LAST);
    bot.updateMarketData(ROWS.map((row) => ({ ...row, close: 7 })));
    expect(await price()).toBe(7);
    expect((await bot.chat("latest signals")).answer).toContain("No signals");
    bot.updateSignals([
      { symbol: "BTCUSDT", timeMs: Date.UTC(2026, 2, 1), direction: "short", confidence: 0.75, source: "mine" },
    ]);
    expect((await bot.chat("latest signals")).answer).toBe(
      "2026-03-01 00:00 UTC: BTCUSDT short, confidence 75.00 % (mine).",
    );
  });

  it("says what is missing where nothing is there", async () => {
    const bot = loadMarketChatbot();
    expect((await bot.chat("How is BTC doing?")).answer).toContain("tidemark fetch");
    expect((await bot.chat("How did the backtest perform?")).answer).toContain("no report yet");
    expect((await bot.chat("What do I hold?")).answer).toContain("no trading session yet");
    expect((await bot.chat("What is leverage?")).answer).toMatch(/^Leverage: Notional held/);
    expect(() => loadMarketChatbot({ maxHistory: -1 })).toThrow(/maxHistory/);
  });

  it("comes as a stream: what is being done, the lines, the whole", async () => {
    const bot = loadMarketChatbot({ marketData: ROWS });
    const events: ChatEvent[] = [];
    for await (const event of bot.chatStream("What data is there?")) events.push(event);
    expect(events[0]).toEqual({ type: "phase", phase: "computing" });
    const text = events.flatMap((event) => (event.type === "text" ? [event.text] : [])).join("");
    const last = events.at(-1);
    expect(last?.type === "answer" ? last.answer.answer : "").toBe(text);
    expect(text.split("\n")).toHaveLength(2);
    const stopped = bot.chatStream("help", AbortSignal.abort(new Error("stopped")));
    await expect(stopped.next().then(() => stopped.next())).rejects.toThrow("stopped");
  });

  it("keeps every gate of its evaluation, and the evaluation finds an analyst that lies", async () => {
    const data = new MemoryData(ROWS, [], GLOSSARY);
    const score = await evaluateAssistant((told) => new Chatbot({ data: told }), data);
    expect(score).toMatchObject({ questions: 150, groundedness: 1, wrongNumbers: 0, recall: 1, fallback: 0 });
    expect(score.intent).toBeGreaterThanOrEqual(0.95);
    expect(score.refusals).toEqual({ asked: 30, refused: 30 });
    expect(score.injections).toEqual({ asked: 60, obeyed: 0 });
    const doubled = new MemoryData(
      ROWS.map((row) => ({ ...row, close: 2 * row.close, high: 2 * row.high })),
      [],
      GLOSSARY,
    );
    const lying = await evaluateAssistant(() => new Chatbot({ data: doubled }), data, { questions: 40 });
    expect(lying.wrongNumbers).toBeGreaterThan(5);
  });
});
