/**
 * @file A conversation: the analyst's answers, a memory of the last questions, and a language model's plan and words where one is
 * given and holds.
 */
import { type Clock, checkWhole, systemClock, toError } from "../core/index.ts";
import { Analyst, type AnalystAnswer } from "./analyst/analyst.ts";
import { type Previous, QuestionKind } from "./analyst/question.ts";
import { type Fact, mergedFacts } from "./fact.ts";
import type { LanguageModel } from "./models/language-model.ts";
import { planCalls } from "./models/planning.ts";
import { writeAnswer } from "./models/writing.ts";
import { questionOf, TOOLS, type ToolCall } from "./tools/catalog.ts";
import type { AssistantData } from "./tools/data.ts";
import { verifyAnswer } from "./verify/verify.ts";

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
  /** Tools that the model asked for beside what the analyst looked up. */
  readonly calls: readonly ToolCall[];
  /** Why the model's words or plan were not taken, or what was cut from them. */
  readonly reason?: string;
  /** Of the language model; 0 without one. */
  readonly tokens: number;
  readonly ms: number;
};

/** What an answer is made of, in order. */
export const ChatPhase = {
  computing: "computing",
  planning: "planning",
  writing: "writing",
} as const;
export type ChatPhase = (typeof ChatPhase)[keyof typeof ChatPhase];

export type ChatEvent =
  | { readonly type: "phase"; readonly phase: ChatPhase }
  /** A verified piece of the answer. */
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "answer"; readonly answer: ChatAnswer };

export type ChatbotOptions = {
  readonly data: AssistantData;
  /** Pairs of question and answer that are remembered; 5 where absent. */
  readonly maxHistory?: number;
  readonly model?: LanguageModel;
  /** Whether the model also plans; where false it words what the analyst looked up. */
  readonly isPlanning?: boolean;
  /** Tokens that a conversation may use before the analyst goes on alone; 50,000 where absent. */
  readonly maxTokens?: number;
  readonly clock?: Clock;
};

/** Kinds that a following question may lean on. */
const FORGETTABLE: readonly QuestionKind[] = [QuestionKind.help, QuestionKind.unclear, QuestionKind.concept];
const MAX_TOKENS = 50_000;
/** Symbols that "both" may mean. */
const MOST_RECENT = 4;

type Worded = Pick<ChatAnswer, "answer" | "mode" | "tokens" | "reason" | "calls" | "facts">;

export class Chatbot {
  readonly maxHistory: number;
  readonly #data: AssistantData;
  readonly #analyst: Analyst;
  readonly #model: LanguageModel | undefined;
  readonly #isPlanning: boolean;
  readonly #maxTokens: number;
  readonly #clock: Clock;
  #history: Array<{ readonly question: string; readonly answer: string; readonly slots: Previous | undefined }> = [];
  #last: ChatAnswer | undefined;
  #tokens = 0;

  /** Throws CONFIG_VALUE for a history that is no whole number of pairs. */
  constructor({
    data,
    maxHistory = 5,
    model,
    isPlanning = true,
    maxTokens = MAX_TOKENS,
    clock = systemClock,
  }: ChatbotOptions) {
    checkWhole("maxHistory", maxHistory, 0, 1_000);
    checkWhole("maxTokens", maxTokens, 0, Number.MAX_SAFE_INTEGER);
    this.maxHistory = maxHistory;
    this.#data = data;
    this.#analyst = new Analyst(data);
    this.#model = model;
    this.#isPlanning = isPlanning;
    this.#maxTokens = maxTokens;
    this.#clock = clock;
  }

  /** Who words the answers; undefined where the analyst does. */
  get modelName(): string | undefined {
    return this.#model?.name;
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
    this.#tokens = 0;
  }

  /** Frees the language model. The analyst goes on. */
  async close(): Promise<void> {
    await this.#model?.close();
  }

  /**
   * Answers a question. Rejects with the signal's reason; a language model that fails is no error.
   * @param onPhase told what is being done
   */
  async chat(text: string, signal?: AbortSignal, onPhase?: (phase: ChatPhase) => void): Promise<ChatAnswer> {
    const begun = this.#clock.elapsedMs();
    onPhase?.(ChatPhase.computing);
    const previous = this.#history.findLast(({ slots }) => slots !== undefined)?.slots;
    const drafted = await this.#analyst.answer(text, previous);
    const worded = await this.#worded(drafted, signal, onPhase);
    signal?.throwIfAborted();
    this.#tokens += worded.tokens;
    const { kind, symbols, days } = drafted.question;
    const check = verifyAnswer(worded.answer, worded.facts);
    const answer: ChatAnswer = {
      ...worded,
      kind,
      sources: [...new Set(worded.facts.map(({ source }) => source))],
      groundedness: check.numbers === 0 ? 1 : check.grounded / check.numbers,
      isRefusal: drafted.isRefusal,
      ms: Math.round(this.#clock.elapsedMs() - begun),
    };
    const slots =
      drafted.isRefusal || FORGETTABLE.includes(kind)
        ? undefined
        : {
            kind,
            // A question about models in between does not change what market is spoken of.
            symbols: symbols.length > 0 ? symbols : (previous?.symbols ?? []),
            ...(days === undefined ? {} : { days }),
            ...(drafted.question.periods === undefined ? {} : { periods: drafted.question.periods }),
            recent: [...new Set([...symbols.toReversed(), ...(previous?.recent ?? [])])].slice(0, MOST_RECENT),
          };
    this.#last = answer;
    this.#history.push({ question: text, answer: answer.answer, slots });
    this.#history.splice(0, this.#history.length - this.maxHistory);
    return answer;
  }

  /**
   * The same as it comes: what is being done, then the answer line by line, then the whole. Words of a model come when all of
   * them are verified, and not before.
   */
  async *chatStream(text: string, signal?: AbortSignal): AsyncGenerator<ChatEvent, void, undefined> {
    const phases: ChatPhase[] = [];
    let wake: (() => void) | undefined;
    let isDone = false;
    const asked = this.chat(text, signal, (phase) => {
      phases.push(phase);
      wake?.();
    }).finally(() => {
      isDone = true;
      wake?.();
    });
    // Whoever stops reading in between leaves nobody to hear of its end.
    asked.catch(() => undefined);
    for (;;) {
      const phase = phases.shift();
      if (phase !== undefined) yield { type: "phase", phase };
      else if (isDone) break;
      else
        await new Promise<void>((resume) => {
          wake = resume;
        });
    }
    const answer = await asked;
    const lines = answer.answer.split("\n");
    for (const [i, line] of lines.entries()) yield { type: "text", text: i < lines.length - 1 ? `${line}\n` : line };
    yield { type: "answer", answer };
  }

  /** The model's words where they hold, else the analyst's. Refusals and help are never handed on. */
  async #worded(
    drafted: AnalystAnswer,
    signal: AbortSignal | undefined,
    onPhase: ((phase: ChatPhase) => void) | undefined,
  ): Promise<Worded> {
    const { text, facts, isRefusal, question } = drafted;
    const plain: Worded = { answer: text, facts, calls: [], mode: AnswerMode.analyst, tokens: 0 };
    const model = this.#model;
    if (model === undefined || isRefusal || question.kind === QuestionKind.help) return plain;
    if (question.unknownSymbol !== undefined) return plain;
    if (this.#tokens >= this.#maxTokens) {
      return { ...plain, mode: AnswerMode.fallback, reason: `the conversation has used its ${this.#maxTokens} tokens` };
    }
    let tokens = 0;
    let planFault: string | undefined;
    let calls: readonly ToolCall[] = [];
    if (this.#isPlanning) {
      onPhase?.(ChatPhase.planning);
      try {
        const before = this.#history.map((pair) => pair.question);
        const plan = await planCalls(model, question.text, before, this.#data.symbols(), signal);
        calls = plan.calls;
        tokens += plan.tokens;
      } catch (thrown) {
        signal?.throwIfAborted();
        planFault = toError(thrown).message;
      }
    }
    const extra = await this.#looked(calls, drafted);
    const all = mergedFacts([facts, ...extra.map((one) => one.facts)]);
    const isOwn = question.kind !== QuestionKind.unclear;
    const draft = [...(isOwn ? [text] : []), ...extra.map((one) => one.text)].join("\n");
    if (all.length === 0) {
      return planFault === undefined
        ? { ...plain, tokens }
        : { ...plain, tokens, mode: AnswerMode.fallback, reason: planFault };
    }
    // Without words of the model its plan still stands where the analyst had none.
    const own: Worded = {
      ...plain,
      answer: isOwn ? text : draft,
      facts: isOwn ? facts : all,
      calls: isOwn ? [] : calls,
    };
    onPhase?.(ChatPhase.writing);
    try {
      const { symbols } = question;
      const written = await writeAnswer(model, question.text, { facts: all, draft, symbols }, signal);
      tokens += written.tokens;
      const reason = written.reason ?? planFault;
      const told = reason === undefined ? {} : { reason };
      if (written.text === undefined) return { ...own, tokens, mode: AnswerMode.fallback, ...told };
      return { answer: written.text, facts: all, calls, mode: AnswerMode.model, tokens, ...told };
    } catch (thrown) {
      signal?.throwIfAborted();
      return { ...own, tokens, mode: AnswerMode.fallback, reason: toError(thrown).message };
    }
  }

  /** What the planned calls find, but for the one that the analyst made by itself. */
  async #looked(calls: readonly ToolCall[], { question }: AnalystAnswer): Promise<AnalystAnswer[]> {
    const answers: AnalystAnswer[] = [];
    for (const call of calls) {
      const tool = TOOLS.find(({ name }) => name === call.tool);
      if (tool === undefined) continue;
      const isSame =
        tool.kind === question.kind &&
        call.days === question.days &&
        call.symbols.every((symbol) => question.symbols.includes(symbol)) &&
        question.symbols.every((symbol) => call.symbols.includes(symbol));
      if (!isSame) answers.push(await this.#analyst.answerQuestion(questionOf(tool.kind, call)));
    }
    return answers;
  }
}
