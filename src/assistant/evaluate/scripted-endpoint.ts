/** @file An OpenAI-compatible endpoint on loopback that answers as it is told, and remembers what it was asked. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../core/index.ts";

/** Words with the reason for which they end, a status, or undefined for silence. */
export type ScriptedReply =
  | {
      readonly text: string;
      readonly finish?: string;
      /** Wait before it is sent. */
      readonly afterMs?: number;
    }
  | number
  | undefined;

export type ScriptedEndpoint = {
  /** Base address. */
  readonly url: string;
  /** System rules and prompt of each request, as one text. */
  readonly asked: string[];
  close(): void;
};

/** Whether a request asks for a plan: those carry the schema of one. */
export const asksForPlan = (prompt: string): boolean => prompt.includes("JSON Schema of the reply");

export async function scriptedEndpoint(reply: (prompt: string) => ScriptedReply): Promise<ScriptedEndpoint> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      const { messages } = JSON.parse(body) as { messages: Array<{ content: string }> };
      const prompt = messages.map(({ content }) => content).join("\n\n");
      asked.push(prompt);
      const answer = reply(prompt);
      if (answer === undefined) return;
      if (typeof answer === "number") {
        response.writeHead(answer, { "content-type": "application/json" }).end('{"error":{"message":"no"}}');
        return;
      }
      const choice = {
        index: 0,
        message: { role: "assistant", content: answer.text },
        finish_reason: answer.finish ?? "stop",
      };
      const said = JSON.stringify({
        id: "1",
        object: "chat.completion",
        created: 1,
        model: "tiny",
        choices: [choice],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      });
      const send = (): void => {
        if (!response.destroyed) response.writeHead(200, { "content-type": "application/json" }).end(said);
      };
      if (answer.afterMs === undefined) send();
      else void systemClock.sleep(answer.afterMs).then(send);
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
