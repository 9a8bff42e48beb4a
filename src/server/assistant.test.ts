/** The analyst over HTTP: an answer as server-sent events, whose conversation it is, and what is remembered. */

import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnswerEvent, answerEventSchema, type Dialogue, dialogueSchema } from "./contract/index.ts";
import { openPlace, type Place } from "./testing/place.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place.close());

const question = (text: string, conversation = "a") => ({ conversation, question: text });

/** Events of an answer, each checked against the contract. */
function eventsOf(text: string): AnswerEvent[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const [name, data] = block.split("\n");
      const event = answerEventSchema.parse(JSON.parse(data.slice("data: ".length)));
      expect(name).toBe(`event: ${event.type}`);
      return event;
    });
}

async function dialogue(conversation: string, headers = place.page): Promise<Dialogue> {
  const answer = await place.send("GET", `/api/v1/assistant/conversations/${conversation}`, headers);
  return dialogueSchema.parse(answer.json);
}

describe("a question", () => {
  it("is answered by events that end with the whole answer and its facts", async () => {
    const answer = await place.tell("assistant/messages", question("What is drawdown?", "first"));
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const events = eventsOf(answer.text);
    expect(events.map(({ type }) => type)).toEqual(["phase", "text", "answer"]);
    const last = events.at(-1);
    expect(last).toMatchObject({
      answer: { mode: "analyst", groundedness: 1, question: "What is drawdown?", reason: null },
    });
    expect((await dialogue("first")).items.map((one) => one.question)).toEqual(["What is drawdown?"]);
  });

  it("leans on the one before it in its own conversation, and in no other", async () => {
    await place.tell("assistant/messages", question("How much data is there?", "b"));
    expect((await dialogue("b")).items).toHaveLength(1);
    expect((await dialogue("c")).items).toEqual([]);
    const { secret } = place.served.vault.makeToken("other", "view", 1);
    const { host } = place.page as { host: string };
    expect((await dialogue("b", { host, authorization: `Bearer ${secret}` })).items, "another visitor's").toEqual([]);
  });

  it("is forgotten when it is told so", async () => {
    await place.tell("assistant/messages", question("help", "d"));
    await place.send("DELETE", "/api/v1/assistant/conversations/d", place.page);
    expect((await dialogue("d")).items).toEqual([]);
  });

  it("is declined where it is an order, whoever asks", async () => {
    const { text } = await place.tell("assistant/messages", question("Close all positions"));
    expect(eventsOf(text).at(-1)).toMatchObject({ type: "answer", answer: { isRefusal: true, facts: [] } });
  });

  it("needs somebody who is signed in, this origin, and a question", async () => {
    const body = JSON.stringify(question("help"));
    const path = "/api/v1/assistant/messages";
    const { cookie: _cookie, ...half } = place.page;
    const typed = { "content-type": "application/json" };
    expect((await place.send("POST", path, { ...half, ...typed }, body)).status).toBe(401);
    expect(
      (await place.send("POST", path, { ...place.page, ...typed, origin: "http://evil.example" }, body)).status,
    ).toBe(403);
    expect((await place.send("POST", path, { ...place.page, ...typed, host: "evil.example" }, body)).status).toBe(421);
    for (const wrong of [question(" "), question("x".repeat(1_001)), question("help", "../x"), { question: "help" }]) {
      expect((await place.tell("assistant/messages", wrong)).status).toBe(422);
    }
  });

  it("of a reader who goes away leaves the conversation free for the next", async () => {
    const body = JSON.stringify(question("What do I hold?", "e"));
    await new Promise<void>((done) => {
      const asked = request(
        `${place.served.url}/api/v1/assistant/messages`,
        { method: "POST", headers: { ...place.page, "content-type": "application/json" } },
        (response) => {
          response.once("data", () => {
            asked.destroy();
            done();
          });
        },
      );
      asked.on("error", () => undefined);
      asked.end(body);
    });
    for (;;) {
      const again = await place.tell("assistant/messages", question("What do I hold?", "e"));
      if (again.status === 409) continue;
      expect(eventsOf(again.text).at(-1)).toMatchObject({ type: "answer" });
      break;
    }
  });

  it("is kept in the transcript without what signs in", async () => {
    const { secret } = place.served.vault.makeToken("mine", "view", 1);
    await place.tell("assistant/messages", question("What is leverage?"));
    const path = join(place.folder, "state/assistant/transcript.jsonl");
    expect(existsSync(path)).toBe(true);
    const text = readFileSync(path, "utf8");
    expect(text).toContain("What is leverage?");
    expect(text).not.toContain(secret);
    expect(text).not.toContain(place.page["x-tidemark-session"]);
  });
});
