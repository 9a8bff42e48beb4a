import { describe, expect, it } from "vitest";
import { answerTo } from "../../testing/fake-analyst.ts";
import { eventsIn } from "../api/analyst.ts";
import { partsOf } from "./answer-parts.ts";

const fact = (id: string, display: string) => ({ id, name: id, display, unit: "price", source: "candles" });

describe("an answer is cut at its figures", () => {
  it("each once, with its sign or without, and nothing is lost", () => {
    const { answer, facts } = answerTo("How is BTC doing?");
    const parts = partsOf(answer, facts);
    expect(parts.map(({ text }) => text).join("")).toBe(answer);
    expect(parts.flatMap(({ id, text }) => (id === undefined ? [] : [[id, text]]))).toEqual([
      ["BTCUSDT.close", "68,231.50"],
      ["BTCUSDT.time", "2026-03-02 14:00"],
      ["BTCUSDT.change.1", "1.24 %"],
      ["BTCUSDT.change.7", "2.75 %"],
    ]);
  });

  it("two equal figures are two, and a part of a longer number is none", () => {
    const facts = [fact("a", "10.00"), fact("b", "10.00"), fact("c", "10")];
    const told = partsOf("From 10.00 to 10.00, of 110.005.", facts);
    expect(told.flatMap(({ id }) => id ?? [])).toEqual(["a", "b"]);
    expect(partsOf("", facts)).toEqual([]);
    expect(partsOf("Nothing is known.", facts)).toEqual([{ text: "Nothing is known.", at: 0 }]);
  });
});

it("server-sent events are read from whatever parts they come in", () => {
  const text =
    'event: phase\ndata: {"type":"phase","phase":"computing"}\n\nevent: text\ndata: {"type":"text","text":"A"}\n\n';
  for (let cut = 0; cut <= text.length; cut++) {
    const first = eventsIn(text.slice(0, cut));
    const second = eventsIn(first.rest + text.slice(cut));
    expect([...first.events, ...second.events].map(({ type }) => type)).toEqual(["phase", "text"]);
    expect(second.rest).toBe("");
  }
});
