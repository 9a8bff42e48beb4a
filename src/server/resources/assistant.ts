/**
 * @file Conversations with the analyst over HTTP: each visitor's are their own, an answer comes as server-sent events, and whoever
 * goes away ends the work on it. What was said stands in the transcript that the command line keeps as well.
 */
import { type AppContext, type ChatOptions, type OpenChat, openChat } from "../../app/index.ts";
import type { ChatAnswer } from "../../assistant/index.ts";
import { HOUR_MS, TidemarkError, toError } from "../../core/index.ts";
import type { Answer, AnswerEvent, Dialogue } from "../contract/index.ts";

/** Conversations that are kept; the one that was silent longest goes first. */
const MOST_KEPT = 32;
const IDLE_MS = HOUR_MS;
/** Answers that are worked on at one time. */
const MOST_AT_WORK = 4;

type Conversation = {
  readonly chat: OpenChat;
  readonly answers: Answer[];
  usedMs: number;
  isBusy: boolean;
};

function answerOf(question: string, given: ChatAnswer): Answer {
  const { answer, kind, mode, isRefusal, reason, facts, sources, groundedness, ms } = given;
  return {
    question,
    answer,
    kind,
    mode,
    isRefusal,
    reason: reason ?? null,
    facts: facts.map(({ id, name, display, unit, source, asOfMs }) => ({
      id,
      name,
      display,
      unit,
      source,
      ...(asOfMs === undefined ? {} : { asOfMs }),
    })),
    sources: [...sources],
    groundedness,
    ms,
  };
}

export class AssistantResource {
  readonly #context: AppContext;
  readonly #options: ChatOptions;
  readonly #kept = new Map<string, Conversation>();

  /** @param options whom it asks for words; the analyst itself where absent */
  constructor(context: AppContext, options: ChatOptions = {}) {
    this.#context = context;
    this.#options = options;
  }

  /** What is remembered of a conversation; nothing of one that nobody has begun. @param visitor whose it is */
  dialogue(visitor: string, id: string): Dialogue {
    const known = this.#kept.get(keyOf(visitor, id));
    return { items: known?.answers ?? [], model: known?.chat.bot.modelName ?? null };
  }

  async forget(visitor: string, id: string): Promise<void> {
    const key = keyOf(visitor, id);
    const known = this.#kept.get(key);
    this.#kept.delete(key);
    await known?.chat.close();
  }

  /**
   * The answer as server-sent events. Rejects with JOBS_RUNNING while the conversation, or the whole server, has an answer to
   * finish; what goes wrong later is the last event.
   */
  async ask(visitor: string, id: string, question: string): Promise<ReadableStream<Uint8Array>> {
    const conversation = await this.#conversation(keyOf(visitor, id));
    const atWork = [...this.#kept.values()].filter(({ isBusy }) => isBusy).length;
    if (conversation.isBusy || atWork >= MOST_AT_WORK) {
      throw new TidemarkError("JOBS_RUNNING", {
        what: conversation.isBusy
          ? "The question before is not answered yet"
          : `${atWork} questions are being answered`,
        fix: "Wait for the answer, or stop it.",
      });
    }
    conversation.isBusy = true;
    const stop = new AbortController();
    const events = this.#events(conversation, question, stop.signal);
    const encoder = new TextEncoder();
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await events.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`));
      },
      async cancel() {
        stop.abort();
        await events.return(undefined);
        // A generator that never began has no end of its own.
        conversation.isBusy = false;
      },
    });
  }

  async close(): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map(({ chat }) => chat.close()));
  }

  async *#events(
    conversation: Conversation,
    question: string,
    signal: AbortSignal,
  ): AsyncGenerator<AnswerEvent, void, undefined> {
    const { chat, answers } = conversation;
    try {
      for await (const event of chat.bot.chatStream(question, signal)) {
        if (event.type !== "answer") {
          yield event;
          continue;
        }
        const answer = answerOf(question, event.answer);
        chat.record(question, event.answer);
        answers.push(answer);
        answers.splice(0, answers.length - chat.bot.maxHistory);
        yield { type: "answer", answer };
      }
    } catch (thrown) {
      if (!signal.aborted) yield { type: "error", error: problem(thrown) };
    } finally {
      conversation.isBusy = false;
      conversation.usedMs = this.#context.clock.nowMs();
    }
  }

  async #conversation(key: string): Promise<Conversation> {
    const nowMs = this.#context.clock.nowMs();
    for (const [other, { usedMs, isBusy, chat }] of this.#kept) {
      if (isBusy || nowMs - usedMs <= IDLE_MS) continue;
      this.#kept.delete(other);
      await chat.close();
    }
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const chat = await openChat(this.#context, this.#context.config(), this.#options);
    const silent = [...this.#kept].filter(([, { isBusy }]) => !isBusy).sort(([, a], [, b]) => a.usedMs - b.usedMs);
    if (this.#kept.size >= MOST_KEPT && silent.length > 0) {
      const [oldest, gone] = silent[0];
      this.#kept.delete(oldest);
      await gone.chat.close();
    }
    // Two pages that began at once share what came first.
    const meanwhile = this.#kept.get(key);
    if (meanwhile !== undefined) {
      await chat.close();
      return meanwhile;
    }
    const begun: Conversation = { chat, answers: [], usedMs: nowMs, isBusy: false };
    this.#kept.set(key, begun);
    return begun;
  }
}

function keyOf(visitor: string, id: string): string {
  return `${visitor} ${id}`;
}

function problem(thrown: unknown): { code: string; what: string; fix?: string } {
  if (!(thrown instanceof TidemarkError)) return { code: "UNEXPECTED", what: toError(thrown).message };
  const { code, what, fix } = thrown;
  return { code, what, ...(fix === undefined ? {} : { fix }) };
}
