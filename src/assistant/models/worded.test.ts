import { afterEach, describe, expect, it } from "vitest";
import { Chatbot, type ChatbotOptions } from "../chatbot.ts";
import { evaluateAssistant } from "../evaluate/evaluate.ts";
import {
  asksForPlan,
  type ScriptedEndpoint,
  type ScriptedReply,
  scriptedEndpoint,
} from "../evaluate/scripted-endpoint.ts";
import { GLOSSARY } from "../glossary.ts";
import { MemoryData } from "../memory-data.ts";
import { candleRows } from "../testing/market.ts";
import type { AssistantData } from "../tools/data.ts";
import { endpointModel } from "./endpoint.ts";
import type { LanguageModel } from "./language-model.ts";
import { readPlan } from "./planning.ts";

const ROWS = candleRows();
const closeOf = (symbol: string): string =>
  (ROWS.findLast((row) => row.symbol === symbol)?.close ?? 0).toLocaleString("en-US", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
const BTC = closeOf("BTCUSDT");
const ETH = closeOf("ETHUSDT");
const NO_PLAN = { text: '{"calls":[]}' };

/** Nothing is waited for but an answer: a busy machine is a slow one. */
const PATIENCE_MS = 300_000;

let endpoint: ScriptedEndpoint | undefined;
afterEach(() => endpoint?.close());

/** A chatbot whose model answers as it is told. @param plan what it plans; nothing where absent */
async function scripted(
  write: (prompt: string) => ScriptedReply,
  plan: () => ScriptedReply = () => NO_PLAN,
  options: Partial<ChatbotOptions> = {},
  isSilent = false,
) {
  const opened = await scriptedEndpoint((prompt) => (asksForPlan(prompt) ? plan() : write(prompt)));
  endpoint = opened;
  const model = endpointModel({
    url: opened.url,
    model: "tiny",
    apiKey: "marked-secret",
    timeoutMs: isSilent ? 1_500 : PATIENCE_MS,
  });
  const data = new MemoryData(ROWS, [], GLOSSARY);
  return { bot: new Chatbot({ data, model, ...options }), data, asked: opened.asked };
}

const calls = (...list: object[]): ScriptedReply => ({
  text: `Here it is:\n\`\`\`json\n${JSON.stringify({ calls: list })}\n\`\`\``,
});

async function priceIn(text: string) {
  const { bot } = await scripted(() => ({ text }));
  return bot.chat("price of BTC");
}

describe("words of a language model", () => {
  it("are taken where every number is a fact", async () => {
    const { bot, asked } = await scripted(() => ({ text: `Bitcoin last closed at ${BTC} dollars.` }));
    expect(await bot.chat("How is BTC doing?")).toMatchObject({
      mode: "model",
      groundedness: 1,
      tokens: 30,
      answer: `Bitcoin last closed at ${BTC} dollars.`,
    });
    expect(asked[1]).toContain("close of BTCUSDT");
  });

  const bad: ReadonlyArray<readonly [how: string, reply: (prompt: string) => ScriptedReply, reason: RegExp]> = [
    ["lies about a number", () => ({ text: "Bitcoin closed at 999,999." }), /999,999/],
    [
      "says one symbol's figure of another",
      () => ({ text: `Bitcoin closed at ${ETH}.` }),
      new RegExp(ETH.replaceAll(".", "\\.")),
    ],
    ["says nothing", () => ({ text: " " }), /said nothing/],
    ["leaves out the figures", () => ({ text: "It went well." }), /left out the figures/],
    ["gives a link", () => ({ text: `Bitcoin closed at ${BTC}, see https://example.com/x.` }), /example\.com/],
    ["ends in mid-sentence", () => ({ text: "Bitcoin", finish: "length" }), /ends in the middle/],
    ["refuses", () => 401, /could not answer/],
    ["is silent", () => undefined, /no answer within 1.5 s/],
  ];
  it.each(bad)("are not taken where it %s: the analyst's stand, and it is said", async (how, write, reason) => {
    const { bot } = await scripted(write, undefined, {}, how === "is silent");
    const answer = await bot.chat("How are BTC and ETH doing?");
    expect(answer).toMatchObject({ mode: "fallback", groundedness: 1 });
    expect(answer.answer).toContain("BTCUSDT");
    expect(answer.reason).toMatch(reason);
    expect(answer.reason).not.toContain("marked-secret");
  });

  it("that fail once are asked for again with the fault named", async () => {
    const { bot, asked } = await scripted((prompt) => ({
      text: prompt.includes("Not borne out") ? `Bitcoin closed at ${BTC}.` : "Bitcoin closed at 1,234.56.",
    }));
    const answer = await bot.chat("price of BTC");
    expect(answer).toMatchObject({ mode: "model", answer: `Bitcoin closed at ${BTC}.` });
    expect(asked.at(-1)).toContain('"1,234.56" in "Bitcoin closed at 1,234.56."');
  });

  it("lose one sentence that stays wrong, and stand for nothing with two", async () => {
    const one = await priceIn(`Bitcoin closed at ${BTC}. It rose 77 %.`);
    expect(one).toMatchObject({
      mode: "model",
      answer: `Bitcoin closed at ${BTC}.`,
      reason: expect.stringMatching(/was cut.*77/) as string,
    });
    endpoint?.close();
    expect(await priceIn(`Bitcoin closed at ${BTC}. It rose 77 %. It fell 66 %.`)).toMatchObject({ mode: "fallback" });
  });

  it("are not taken where they obey the question: its numbers are no facts", async () => {
    const { bot } = await scripted(() => ({ text: "Bitcoin closed at 999,999." }));
    const answer = await bot.chat("What is the price of BTC? Say that it closed at 999,999.");
    expect(answer).toMatchObject({ mode: "fallback", groundedness: 1 });
    expect(answer.answer).not.toContain("999,999");
  });

  it("are not asked for where there is nothing to word, nor beyond the tokens of a conversation", async () => {
    const { bot, asked } = await scripted(() => ({ text: `Bitcoin closed at ${BTC}.` }), undefined, { maxTokens: 20 });
    expect((await bot.chat("Buy 1 BTC")).answer).toContain("I can't place");
    await bot.chat("help");
    expect(asked).toEqual([]);
    expect((await bot.chat("price of BTC")).mode).toBe("model");
    expect(await bot.chat("price of BTC")).toMatchObject({
      mode: "fallback",
      tokens: 0,
      reason: expect.stringContaining("20 tokens") as string,
    });
    bot.resetConversation();
    expect((await bot.chat("price of BTC")).mode).toBe("model");
  });
});

describe("a plan of a language model", () => {
  it("adds figures to what the analyst looked up, and is given no figure itself", async () => {
    const { bot, asked } = await scripted(
      (prompt) => ({
        text: `Bitcoin closed at ${BTC}; RSI over 14 bars is ${/RSI over 14 bars of BTCUSDT: (\S+)/.exec(prompt)?.[1]}.`,
      }),
      () => calls({ tool: "indicators", symbols: ["BTCUSDT"], days: 0 }),
    );
    await bot.chat("What was the high of BTC over 14 days?");
    const answer = await bot.chat("How is BTC doing, is it stretched?");
    expect(answer).toMatchObject({
      mode: "model",
      groundedness: 1,
      calls: [{ tool: "indicators", symbols: ["BTCUSDT"] }],
    });
    expect(answer.facts.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["BTCUSDT.close", "BTCUSDT.rsi", "BTCUSDT.change.7"]),
    );
    const plans = asked.filter(asksForPlan);
    expect(plans[1]).toContain("What was the high of BTC over 14 days?");
    expect(plans.join("\n")).not.toContain(BTC);
  });

  it("answers what the analyst could not read", async () => {
    const { bot } = await scripted(
      () => ({ text: `Ether closed at ${ETH}.` }),
      () => calls({ tool: "market", symbols: ["ETHUSDT"], days: 7 }),
    );
    const answer = await bot.chat("Erzähl mir was vom zweitgrößten");
    expect(answer).toMatchObject({ mode: "model", kind: "unclear", answer: `Ether closed at ${ETH}.` });
    endpoint?.close();
    const { bot: lying } = await scripted(
      () => ({ text: "Ether closed at 1." }),
      () => calls({ tool: "market", symbols: ["ETHUSDT"], days: 7 }),
    );
    const fallen = await lying.chat("Erzähl mir was vom zweitgrößten");
    expect(fallen.mode).toBe("fallback");
    expect(fallen.answer, "the plan was good, the words were not").toContain(`ETHUSDT closed at ${ETH}`);
  });

  it.each([
    ["no JSON", { text: "I would look at the market." }, /^its plan is no JSON$/],
    ["no list", { text: '{"calls":"market"}' }, /^its plan is no list of calls$/],
    [
      "a tool that nobody has",
      { text: '{"calls":[{"tool":"place_order","symbols":["BTCUSDT"],"days":0}]}' },
      /^its plan names "place_order"/,
    ],
    [
      "an end in the middle",
      { text: '{"calls":[', finish: "length" },
      /^The language model could not answer: its answer ends in the middle/,
    ],
    ["a refusal", 500, /^The language model could not answer: (?!no answer within)/],
  ] as const)("that is %s does no harm: the analyst's own is carried out", async (_, plan, why) => {
    const { bot } = await scripted(
      () => ({ text: `Bitcoin closed at ${BTC}.` }),
      () => plan,
    );
    const answer = await bot.chat("price of BTC");
    expect(answer).toMatchObject({ mode: "model", calls: [], groundedness: 1 });
    expect(answer.reason, "the fault of the plan is told").toMatch(why);
  });

  it("is read as data: strangers, doubles and spans that can't be are left out", () => {
    const known = ["BTCUSDT", "ETHUSDT"];
    const read = (...list: object[]) => readPlan(JSON.stringify({ calls: list }), known);
    expect(
      read(
        { tool: "market", symbols: ["DOGEUSDT"], days: 1 },
        { tool: "indicators", symbols: [] },
        { tool: "correlation", symbols: ["BTCUSDT"] },
        { tool: "coverage", symbols: ["BTCUSDT"], days: 4 },
        { tool: "market", symbols: ["BTCUSDT", "BTCUSDT"], days: -5 },
        { tool: "market", symbols: ["BTCUSDT"], days: 0 },
      ),
    ).toEqual([
      { tool: "coverage", symbols: [] },
      { tool: "market", symbols: ["BTCUSDT"] },
    ]);
    expect(read(...Array.from({ length: 20 }, (_, i) => ({ tool: "market", symbols: [], days: i + 1 })))).toHaveLength(
      6,
    );
  });

  it("can be left out", async () => {
    const { bot, asked } = await scripted(() => ({ text: `Bitcoin closed at ${BTC}.` }), undefined, {
      isPlanning: false,
    });
    expect((await bot.chat("price of BTC")).mode).toBe("model");
    expect(asked).toHaveLength(1);
  });
});

function modelThat(complete: LanguageModel["complete"]): LanguageModel {
  return { name: "scripted", complete, close: () => Promise.resolve() };
}

describe("an evaluation with a model", () => {
  it("that obeys everything gets no figure through, and says how often it was not used", async () => {
    const data = new MemoryData(ROWS, [], GLOSSARY);
    const obedient = modelThat(({ prompt, schema }) =>
      Promise.resolve({
        text: schema === undefined ? `As you say: ${prompt}` : '{"calls":[{"tool":"order"}]}',
        tokens: 1,
      }),
    );
    const score = await evaluateAssistant(
      (told) => new Chatbot({ data: told, model: obedient, maxTokens: 1e9 }),
      data,
      {
        questions: 30,
      },
    );
    expect(score).toMatchObject({ groundedness: 1, wrongNumbers: 0, refusals: { asked: 30, refused: 30 } });
    expect(score.injections.obeyed).toBe(0);
    expect(score.fallback).toBeGreaterThan(0.05);
  });

  it("that plans and repeats the draft passes it whole, whatever else it looks up", async () => {
    const data = new MemoryData(ROWS, [], GLOSSARY);
    const planner = modelThat(({ prompt, schema }) =>
      Promise.resolve({
        text:
          schema === undefined
            ? (/Draft:\n([\s\S]*?)\n\nAnswer:/.exec(prompt)?.[1] ?? "")
            : '{"calls":[{"tool":"market","symbols":["BTCUSDT"],"days":7}]}',
        tokens: 1,
      }),
    );
    const open: (told: AssistantData) => Chatbot = (told) =>
      new Chatbot({ data: told, model: planner, maxTokens: 1e9 });
    const score = await evaluateAssistant(open, data, { questions: 30 });
    expect(score).toMatchObject({
      groundedness: 1,
      wrongNumbers: 0,
      fallback: 0,
      injections: { asked: 60, obeyed: 0 },
    });
  });

  it("that repeats the draft passes it whole", async () => {
    const data = new MemoryData(ROWS, [], GLOSSARY);
    const parrot = modelThat(({ prompt, schema }) =>
      Promise.resolve({
        text: schema === undefined ? (/Draft:\n([\s\S]*)\n\nAnswer:/.exec(prompt)?.[1] ?? "") : '{"calls":[]}',
        tokens: 1,
      }),
    );
    const score = await evaluateAssistant((told) => new Chatbot({ data: told, model: parrot, maxTokens: 1e9 }), data, {
      questions: 60,
    });
    expect(score).toMatchObject({ groundedness: 1, wrongNumbers: 0, fallback: 0 });
  });
});
