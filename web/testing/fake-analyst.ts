/** @file The analyst of the fake API: one conversation, one answer to whatever is asked. */
import type { ServerResponse } from "node:http";
import type { Answer, AnswerEvent, Dialogue } from "../../src/server/contract/index.ts";

const SOURCE = "1-hour candles of BTCUSDT from bybit";
const AS_OF = Date.UTC(2026, 2, 2, 14);

export function answerTo(question: string): Answer {
  const fact = (id: string, name: string, display: string, unit: string) => ({
    id: `BTCUSDT.${id}`,
    name: `${name} of BTCUSDT`,
    display,
    unit,
    source: SOURCE,
    asOfMs: AS_OF,
  });
  return {
    question,
    answer:
      "BTCUSDT closed at 68,231.50 USDT at 2026-03-02 14:00 UTC. Over the last 24 hours it rose 1.24 %. Over the last 7 days it fell 2.75 %.",
    kind: "market",
    mode: "analyst",
    isRefusal: false,
    reason: null,
    facts: [
      fact("close", "close", "68,231.50", "price"),
      fact("time", "time of the close", "2026-03-02 14:00", "time"),
      fact("change.1", "change over the last 24 hours", "+1.24 %", "change"),
      fact("change.7", "change over the last 7 days", "-2.75 %", "change"),
    ],
    sources: [SOURCE],
    groundedness: 1,
    ms: 4,
  };
}

const DECLINED: Answer = {
  ...answerTo("Buy 1 BTC"),
  answer: "I can't place, change or cancel orders. `tidemark flatten` closes every position.",
  kind: "order",
  isRefusal: true,
  facts: [],
  sources: [],
};

export function dialogueOf(): Dialogue {
  return { items: [answerTo("How is BTC doing?"), DECLINED], model: null };
}

/** The answer as it comes. */
export function streamAnswer(response: ServerResponse, question: string): void {
  const answer = answerTo(question);
  const events: readonly AnswerEvent[] = [
    { type: "phase", phase: "computing" },
    { type: "text", text: answer.answer },
    { type: "answer", answer },
  ];
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}
