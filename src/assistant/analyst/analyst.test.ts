import { describe, expect, it } from "vitest";
import { Chatbot } from "../chatbot.ts";
import { GLOSSARY } from "../glossary.ts";
import { MemoryData } from "../memory-data.ts";
import { candleRows } from "../testing/market.ts";

const ROWS = candleRows(2_400);
const LAST_MS = ROWS[ROWS.length - 1].timeMs + 3_600_000;

/** Data that know what time it is. */
class ClockedData extends MemoryData {
  readonly #nowMs: number;

  constructor(nowMs: number) {
    super(ROWS, [], GLOSSARY);
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }
}

const bot = (): Chatbot => new Chatbot({ data: new MemoryData(ROWS, [], GLOSSARY) });

describe("several questions in one text", () => {
  it("are each answered, the second leaning on the first", async () => {
    const { answer, facts, groundedness } = await bot().chat("What is the price of BTC, and is it overbought?");
    expect(answer.split("\n")).toHaveLength(2);
    expect(facts.map(({ id }) => id)).toEqual(expect.arrayContaining(["BTCUSDT.close", "BTCUSDT.rsi"]));
    expect(groundedness).toBe(1);
  });

  it("are answered but for the one that is declined", async () => {
    const answer = await bot().chat("What is the price of ETH, and will it rise tomorrow?");
    expect(answer).toMatchObject({ kind: "forecast", isRefusal: true });
    expect(answer.answer).toMatch(/^ETHUSDT closed at .*\nI don't forecast/s);
  });

  it("are not heard at all beside an order", async () => {
    const { answer, facts } = await bot().chat("Close all positions, and what is the price of BTC?");
    expect(answer).toMatch(/^I can't place/);
    expect(facts).toEqual([]);
  });
});

it("a question about the model in between leaves the market that is spoken of", async () => {
  const one = bot();
  await one.chat("How is ETH doing?");
  expect((await one.chat("What does it hold right now?")).kind).toBe("positions");
  expect((await one.chat("Why did it open the position?")).answer).toMatch(/^No decision is recorded/);
  expect((await one.chat("Is it overbought?")).answer).toMatch(/^ETHUSDT closed/);
});

it("both and the two are the symbols that were spoken of last", async () => {
  const one = bot();
  await one.chat("How is BTC doing?");
  await one.chat("What about ether?");
  const { answer } = await one.chat("Which of the two rose more over 60 days, and how do they move together?");
  expect(answer).toMatch(
    /^Over the last 60 days, best first: .*\nThe returns of BTCUSDT and ETHUSDT had a correlation of \S+ over the last 60 days/s,
  );
});

async function asked(nowMs: number, question: string): Promise<string> {
  return (await new Chatbot({ data: new ClockedData(nowMs) }).chat(question)).answer;
}

describe("candles that are old", () => {
  it("are called so, whatever is asked of them, and fresh ones are not", async () => {
    for (const question of ["How is BTC doing?", "high of ETH", "Compare BTC and ETH", "What data is there?"]) {
      expect(await asked(LAST_MS + 3 * 86_400_000, question), question).toMatch(
        /These candles end 3 d 0 h ago; `tidemark fetch` brings newer ones\.$/,
      );
      expect(await asked(LAST_MS + 86_400_000, question), question).not.toContain("ago;");
    }
  });
});
