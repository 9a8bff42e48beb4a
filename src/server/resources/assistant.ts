/**
 * @file Conversations with the analyst over HTTP: each visitor's are their own, an answer comes as server-sent events, and whoever
 * goes away ends the work on it. What was said stands in the transcript that the command line keeps as well.
 */
import { type AppContext, type ChatOptions, type OpenChat, openChat } from "../../app/index.ts";
import type { ChatAnswer, Chatbot } from "../../assistant/index.ts";
import { HOUR_MS, TidemarkError, toError } from "../../core/index.ts";
import type { Answer, AnswerEvent, Dialogue } from "../contract/index.ts";

/** Conversations that are kept; the one that was silent longest goes first. */
const MOST_KEPT = 32;
const IDLE_MS = HOUR_MS;
/** Answers that are worked on at one time. */
const MOST_AT_WORK = 4;

type Conversation = {
  readonly bot: Chatbot;
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
  /** One language model for all conversations. */
  readonly #chat: OpenChat;
  readonly #kept = new Map<string, Conversation>();

  private constructor(context: AppContext, chat: OpenChat) {
    this.#context = context;
    this.#chat = chat;
  }

  /**
   * Rejects where a language model that was named can't be used.
   * @param options whom it asks for words; the analyst itself where absent
   */
  static async open(context: AppContext, options: ChatOptions = {}): Promise<AssistantResource> {
    return new AssistantResource(context, await openChat(context, context.config(), options));
  }

  /** What is remembered of a conversation; nothing of one that nobody has begun. @param visitor whose it is */
  dialogue(visitor: string, id: string): Dialogue {
    const known = this.#kept.get(keyOf(visitor, id));
    return { items: known?.answers ?? [], model: this.#chat.bot.modelName ?? null };
  }

  forget(visitor: string, id: string): void {
    this.#kept.delete(keyOf(visitor, id));
  }

  /**
   * The answer as server-sent events. Throws JOBS_RUNNING while the conversation, or the whole server, has an answer to
   * finish; what goes wrong later is the last event.
   */
  ask(visitor: string, id: string, question: string): ReadableStream<Uint8Array> {
    const conversation = this.#conversation(keyOf(visitor, id));
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
    this.#kept.clear();
    await this.#chat.close();
  }

  async *#events(
    conversation: Conversation,
    question: string,
    signal: AbortSignal,
  ): AsyncGenerator<AnswerEvent, void, undefined> {
    const { bot, answers } = conversation;
    try {
      for await (const event of bot.chatStream(question, signal)) {
        if (event.type !== "answer") {
          yield event;
          continue;
        }
        const answer = answerOf(question, event.answer);
        this.#chat.record(question, event.answer);
        answers.push(answer);
        answers.splice(0, answers.length - bot.maxHistory);
        yield { type: "answer", answer };
      }
    } catch (thrown) {
      if (!signal.aborted) yield { type: "error", error: problem(thrown) };
    } finally {
      conversation.isBusy = false;
      conversation.usedMs = this.#context.clock.nowMs();
    }
  }

  #conversation(key: string): Conversation {
    const nowMs = this.#context.clock.nowMs();
    for (const [other, { usedMs, isBusy }] of this.#kept) {
      if (!isBusy && nowMs - usedMs > IDLE_MS) this.#kept.delete(other);
    }
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const silent = [...this.#kept].filter(([, { isBusy }]) => !isBusy).sort(([, a], [, b]) => a.usedMs - b.usedMs);
    if (this.#kept.size >= MOST_KEPT && silent.length > 0) this.#kept.delete(silent[0][0]);
    const begun: Conversation = { bot: this.#chat.over(this.#chat.data), answers: [], usedMs: nowMs, isBusy: false };
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
