/** @file A question to the analyst; its answer comes as server-sent events. */
import { API } from "./client.ts";
import type { AnswerEvent } from "./contract.ts";
import { ApiError, problemFrom } from "./problem.ts";
import { SESSION_HEADER, sessionSecret } from "./session.ts";

/** Events of a text that goes on; returns them and what is left for the next part. */
export function eventsIn(text: string): { readonly events: AnswerEvent[]; readonly rest: string } {
  const blocks = text.split("\n\n");
  const rest = blocks.pop() ?? "";
  const events = blocks.flatMap((block) => {
    const data = block
      .split("\n")
      .flatMap((line) => (line.startsWith("data: ") ? [line.slice(6)] : []))
      .join("\n");
    return data === "" ? [] : [JSON.parse(data) as AnswerEvent];
  });
  return { events, rest };
}

/** Rejects with ApiError where the server refuses, or goes away before the answer is whole. */
export async function* askAnalyst(
  conversation: string,
  question: string,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const secret = sessionSecret();
  const gone = new ApiError(0, {
    code: "UNREACHABLE",
    what: "The server doesn't answer.",
    fix: "See whether `tidemark serve` still runs, and ask again.",
  });
  const response = await fetch(`${API}/assistant/messages`, {
    method: "POST",
    headers: {
      accept: "text/event-stream",
      "content-type": "application/json",
      ...(secret === undefined ? {} : { [SESSION_HEADER]: secret }),
    },
    body: JSON.stringify({ conversation, question }),
    signal,
  }).catch((thrown: unknown) => {
    throw signal.aborted ? thrown : gone;
  });
  if (!response.ok || response.body === null) {
    const told: unknown = await response.json().catch(() => undefined);
    throw new ApiError(response.status, problemFrom(response.status, told));
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let isWhole = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const { events, rest } = eventsIn(text + value);
    text = rest;
    for (const event of events) {
      isWhole ||= event.type === "answer" || event.type === "error";
      yield event;
    }
  }
  if (!isWhole) throw gone;
}
