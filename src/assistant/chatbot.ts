/**
 * @file A conversation: the analyst's answers, a memory of the last questions, and a language model's words where one is
 * given and can be verified.
 */
import { type Clock, checkWhole, systemClock, toError } from "../core/index.ts";
import { Analyst, type AnalystAnswer } from "./analyst/analyst.ts";
import { type Previous, QuestionKind } from "./analyst/question.ts";
import type { Fact } from "./fact.ts";
import type { Phraser } from "./phrasers/endpoint.ts";
import type { AssistantData } from "./tools/data.ts";
import { type SentenceFault, verifyAnswer } from "./verify/verify.ts";

export const AnswerMode = {
  /** The analyst's own sentences. */
  analyst: "analyst",
  /** Words of the language model, each number of them verified. */
  model: "model",
  /** The analyst's, because the model failed or what it wrote could not be verified. */
  fallback: "fallback",
} as const;
export type AnswerMode = (typeof AnswerMode)[keyof typeof AnswerMode];

export type ChatAnswer = {
  readonly answer: string;
  readonly kind: QuestionKind;
  readonly facts: readonly Fact[];
  /** Where the facts were read. */
  readonly sources: readonly string[];
  /** Numbers that a fact bears out over all numbers; 1 where there are none. */
  readonly groundedness: number;
  readonly mode: AnswerMode;
  readonly isRefusal: boolean;
  /** Why the model's words were not taken. */
  readonly reason?: string;
  /** Of the language model; 0 without one. */
  readonly tokens: number;
  readonly ms: number;
};

export type ChatbotOptions = {
  readonly data: AssistantData;
  /** Pairs of question and answer that are remembered; 5 where absent. */
  readonly maxHistory?: number;
  readonly phraser?: Phraser;
  readonly clock?: Clock;
};

/** Kinds that a following question may lean on. */
const FORGETTABLE: readonly QuestionKind[] = [QuestionKind.help, QuestionKind.unclear, QuestionKind.concept];

export class Chatbot {
  readonly maxHistory: number;
  readonly #analyst: Analyst;
  readonly #phraser: Phraser | undefined;
  readonly #clock: Clock;
  #history: Array<{ readonly question: string; readonly answer: string; readonly slots: Previous | undefined }> = [];
  #last: ChatAnswer | undefined;

  /** Throws CONFIG_VALUE for a history that is no whole number of pairs. */
  constructor({ data, maxHistory = 5, phraser, clock = systemClock }: ChatbotOptions) {
    checkWhole("maxHistory", maxHistory, 0, 1_000);
    this.maxHistory = maxHistory;
    this.#analyst = new Analyst(data);
    this.#phraser = phraser;
    this.#clock = clock;
  }

  /** Questions and answers that are remembered, oldest first. */
  get history(): ReadonlyArray<{ readonly question: string; readonly answer: string }> {
    return this.#history.map(({ question, answer }) => ({ question, answer }));
  }

  /** Facts and sources of the last answer; undefined before the first. */
  why(): ChatAnswer | undefined {
    return this.#last;
  }

  resetConversation(): void {
    this.#history = [];
    this.#last = undefined;
  }

  /** Answers a question. Rejects with the signal's reason; a language model that fails is no error. */
  async chat(text: string, signal?: AbortSignal): Promise<ChatAnswer> {
    const begun = this.#clock.elapsedMs();
    const previous = this.#history.findLast(({ slots }) => slots !== undefined)?.slots;
    const drafted = await this.#analyst.answer(text, previous);
    const worded = await this.#worded(drafted, signal);
    const { kind, symbols, days } = drafted.question;
    const check = verifyAnswer(worded.answer, drafted.facts);
    const answer: ChatAnswer = {
      ...worded,
      kind,
      facts: drafted.facts,
      sources: [...new Set(drafted.facts.map(({ source }) => source))],
      groundedness: check.numbers === 0 ? 1 : check.grounded / check.numbers,
      isRefusal: drafted.isRefusal,
      ms: Math.round(this.#clock.elapsedMs() - begun),
    };
    const slots =
      drafted.isRefusal || FORGETTABLE.includes(kind)
        ? undefined
        : { kind, symbols, ...(days === undefined ? {} : { days }) };
    this.#last = answer;
    this.#history.push({ question: text, answer: answer.answer, slots });
    this.#history.splice(0, this.#history.length - this.maxHistory);
    return answer;
  }

  /** The model's words where they hold, else the analyst's. Refusals and answers without facts are never handed on. */
  async #worded(
    { text, facts, isRefusal, question }: AnalystAnswer,
    signal: AbortSignal | undefined,
  ): Promise<Pick<ChatAnswer, "answer" | "mode" | "tokens" | "reason">> {
    if (this.#phraser === undefined || isRefusal || facts.length === 0) {
      return { answer: text, mode: AnswerMode.analyst, tokens: 0 };
    }
    try {
      const phrased = await this.#phraser.phrase(question.text, facts, text, signal);
      const { faults } = verifyAnswer(phrased.text, facts);
      if (faults.length === 0) return { answer: phrased.text, mode: AnswerMode.model, tokens: phrased.tokens };
      return { answer: text, mode: AnswerMode.fallback, tokens: phrased.tokens, reason: faultText(faults) };
    } catch (thrown) {
      signal?.throwIfAborted();
      return { answer: text, mode: AnswerMode.fallback, tokens: 0, reason: toError(thrown).message };
    }
  }
}

function faultText(faults: readonly SentenceFault[]): string {
  const [first] = faults;
  return `the model wrote "${first.what}", which no fact bears out`;
}
