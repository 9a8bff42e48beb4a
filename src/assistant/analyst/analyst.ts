/**
 * @file The analyst without a language model: reads the question, fetches what it needs through read-only views, computes,
 * and puts the figures into sentences. What it can't answer it says. It has no function that could change anything.
 */
import { DAY_MS, formatSpan } from "../../core/index.ts";
import { type Fact, FactBook, FactUnit, mergedFacts } from "../fact.ts";
import type { AssistantData, SymbolCandles } from "../tools/data.ts";
import { alternativeAnswer, newsAnswer } from "./alternative-answers.ts";
import { candlesUntil, type Period, type Span, spanOf } from "./calendar.ts";
import { decisionAnswer, directionIn } from "./decision-answers.ts";
import {
  comparisonAnswer,
  correlationAnswer,
  coverageAnswer,
  extremesAnswer,
  fundingAnswer,
  marketAnswer,
  technicalAnswer,
} from "./market-answers.ts";
import { nearestSymbol, type Previous, type Question, QuestionKind, questionsIn, readQuestion } from "./question.ts";
import { modelsAnswer, performanceAnswer, positionsAnswer, signalsAnswer } from "./record-answers.ts";
import { searchGlossary } from "./search.ts";

export type AnalystAnswer = {
  readonly question: Question;
  readonly text: string;
  readonly facts: readonly Fact[];
  /** True where it declines: orders, forecasts, advice, secrets. */
  readonly isRefusal: boolean;
};

const REFUSALS: Partial<Record<QuestionKind, string>> = {
  [QuestionKind.order]:
    "I can't place, change or cancel orders, nor start, stop or set anything. You can: `tidemark flatten` closes every position, `tidemark halt` stops trading, `tidemark close-only` lets positions shrink, `tidemark paper` and `tidemark live` trade a model.",
  [QuestionKind.forecast]:
    "I don't forecast prices, and nobody can promise one. I can say what happened, what a model signalled, and how its signals did on bars that it had not seen.",
  [QuestionKind.advice]:
    "I can't say what suits you: that depends on what you own and can bear. I can show figures of markets and results of models to decide on.",
  [QuestionKind.secret]:
    "I have no access to keys, passwords or other secrets, and would not show them. `tidemark doctor` says whether credentials are set, never what they are.",
};

const HELP = [
  "Ask me about what is stored here, such as:",
  '- "How is BTC doing?", "What was the high of ETH over the last week?"',
  '- "Technical analysis of SOL", "Compare BTC and ETH over a month", "How do BTC and ETH move together?"',
  '- "What funding did BTC pay last month?", "What data is there?"',
  '- "What is the fear and greed index?", "Open interest of BTC", "What is the news about ETH?"',
  '- "How did the last backtest perform?", "What are the latest signals?", "What do I hold?", "Why did it buy BTC?"',
  '- "What is RSI?"',
  "I compute every figure from stored data and say where it is from. I place no orders and forecast nothing.",
].join("\n");

const UNCLEAR =
  "I'm not sure what you ask for. I answer questions about markets, technical figures, signals, results, positions and terms; `help` shows examples.";

/** Kinds whose answer needs the candles of one symbol, and how it is said. */
const ONE_SYMBOL: Partial<
  Record<QuestionKind, (candles: SymbolCandles, days: number | undefined, book: FactBook) => string>
> = {
  [QuestionKind.market]: marketAnswer,
  [QuestionKind.technical]: technicalAnswer,
  [QuestionKind.extremes]: extremesAnswer,
  [QuestionKind.funding]: fundingAnswer,
};

/** Beside these nothing else of a text is answered. */
const NOTHING_ELSE: readonly QuestionKind[] = [QuestionKind.order, QuestionKind.secret];
const UNREAD: readonly QuestionKind[] = [QuestionKind.unclear, QuestionKind.help];
const MOST_PARTS = 3;
/** Candles are old when so many bars are missing, and a day. */
const BARS_OF_PATIENCE = 3;

/** Symbols that a question without any is answered for, at most. */
const MOST_SYMBOLS = 5;

export class Analyst {
  readonly #data: AssistantData;

  constructor(data: AssistantData) {
    this.#data = data;
  }

  /** Answers a question in words, or several that stand in one text. @param previous what short questions lean on */
  async answer(text: string, previous?: Previous): Promise<AnalystAnswer> {
    const whole = readQuestion(text, this.#data.symbols(), previous);
    const parts = this.#parts(text, whole, previous);
    if (parts.length < 2) return this.answerQuestion(whole);
    const answers: AnalystAnswer[] = [];
    for (const part of parts) answers.push(await this.answerQuestion(part));
    const declined = answers.find(({ isRefusal }) => isRefusal);
    const last = parts[parts.length - 1];
    return {
      question: {
        ...last,
        text,
        kind: declined?.question.kind ?? parts[0].kind,
        symbols: [...new Set(parts.flatMap(({ symbols }) => symbols))],
      },
      text: answers.map((one) => one.text).join("\n"),
      facts: mergedFacts(answers.map(({ facts }) => facts)),
      isRefusal: declined !== undefined,
    };
  }

  /** The questions of a text where each is understood by itself. An order or a secret anywhere is all that is heard. */
  #parts(text: string, whole: Question, previous: Previous | undefined): Question[] {
    if (NOTHING_ELSE.includes(whole.kind)) return [];
    const parts: Question[] = [];
    for (const part of questionsIn(text).slice(0, MOST_PARTS)) {
      const last = parts.at(-1);
      const before: Previous | undefined = last === undefined ? previous : { ...previous, ...last };
      const read = readQuestion(part, this.#data.symbols(), before);
      if (UNREAD.includes(read.kind) || read.unknownSymbol !== undefined) return [];
      const days = read.days ?? last?.days;
      const periods = read.periods ?? (read.days === undefined ? last?.periods : undefined);
      parts.push({ ...read, ...(days === undefined ? {} : { days }), ...(periods === undefined ? {} : { periods }) });
    }
    return parts.filter(
      ({ kind, symbols, days, periods }, i) =>
        parts.findIndex(
          (one) =>
            one.kind === kind &&
            one.days === days &&
            one.symbols.join() === symbols.join() &&
            JSON.stringify(one.periods) === JSON.stringify(periods),
        ) === i,
    );
  }

  /** Answers a question that is read already. */
  async answerQuestion(question: Question): Promise<AnalystAnswer> {
    const symbols = this.#data.symbols();
    const book = new FactBook();
    const refusal = REFUSALS[question.kind];
    if (refusal !== undefined) return { question, text: refusal, facts: [], isRefusal: true };
    if (question.unknownSymbol !== undefined) {
      return { question, text: this.#unknown(question.unknownSymbol, symbols), facts: [], isRefusal: false };
    }
    const said = await this.#said(question, symbols, book);
    return { question, text: said, facts: book.all(), isRefusal: false };
  }

  #unknown(symbol: string, symbols: readonly string[]): string {
    const near = nearestSymbol(symbol, symbols);
    const meant = near === undefined ? "" : ` Did you mean ${near}?`;
    const there = symbols.length === 0 ? "Nothing is stored yet." : `There are ${symbols.join(", ")}.`;
    return `There are no candles of ${symbol}.${meant} ${there} \`tidemark fetch\` and \`tidemark import\` bring more.`;
  }

  async #said(question: Question, symbols: readonly string[], book: FactBook): Promise<string> {
    const { kind, days } = question;
    const record = await this.#recorded(question, book);
    if (record !== undefined) return record;
    if (symbols.length === 0) {
      return "No candles are stored here yet. `tidemark fetch` gets them from a venue, `tidemark import FILE` from a file.";
    }
    const wanted = question.symbols.length > 0 ? question.symbols : symbols.slice(0, MOST_SYMBOLS);
    const all = (await Promise.all(wanted.map((symbol) => this.#data.candles(symbol)))).flatMap((one) => one ?? []);
    if (all.length === 0) return `No candles of ${wanted.join(", ")} could be read.`;
    const { periods = [] } = question;
    if (periods.length === 0 || kind === QuestionKind.coverage) {
      return `${this.#ofCandles(kind, days, all, book)}${this.#age(all, book)}`;
    }
    return this.#ofPeriod(question, periods, all, book);
  }

  /** The same of what was there at the end of a period of the calendar. */
  #ofPeriod(
    { kind, days }: Question,
    periods: readonly Period[],
    all: readonly SymbolCandles[],
    book: FactBook,
  ): string {
    if (periods.length > 1) {
      return "I look at one period of the calendar at a time: ask about each by itself.";
    }
    const [period] = periods;
    const ends = all.map(({ timeMs, barMs }) => timeMs[timeMs.length - 1] + barMs);
    const span = spanOf(period, Math.max(...ends));
    if (span === undefined) return "There is no such day.";
    const origin = { source: "the calendar, UTC", asOfMs: span.toMs };
    const name = book.say("period", "period that was asked about", span.name, FactUnit.word, origin);
    const found = all.flatMap((candles) => candlesUntil(candles, span) ?? []);
    if (found.length === 0) {
      return `No candles of ${all.map(({ symbol }) => symbol).join(", ")} lie in ${name}. ${coverageAnswer(all, book)}`;
    }
    const said = this.#ofCandles(kind, days ?? daysOf(span, found), found, book);
    if (period.isSince) return `Since the beginning of ${name}: ${said}${this.#age(all, book)}`;
    const isOver = found.every(({ timeMs, barMs }) => timeMs[timeMs.length - 1] + barMs >= span.toMs);
    const when = isOver ? `At the end of ${name}` : `In ${name}, as far as there are candles`;
    return `${when}: ${said}`;
  }

  #ofCandles(kind: QuestionKind, days: number | undefined, all: readonly SymbolCandles[], book: FactBook): string {
    if (kind === QuestionKind.coverage) return coverageAnswer(all, book);
    if (kind === QuestionKind.comparison) return comparisonAnswer(all, days, book);
    if (kind === QuestionKind.correlation) {
      if (all.length < 2) return "A correlation needs two symbols. Name both.";
      return correlationAnswer(all[0], all[1], days, book);
    }
    const say = ONE_SYMBOL[kind] ?? marketAnswer;
    return all.map((candles) => say(candles, days, book)).join("\n");
  }

  /** That candles are old, where they are: figures of last year answer no question about today. */
  #age(all: readonly SymbolCandles[], book: FactBook): string {
    const nowMs = this.#data.nowMs?.();
    if (nowMs === undefined) return "";
    const ends = all.map(({ timeMs, barMs }) => timeMs[timeMs.length - 1] + barMs);
    const oldest = Math.min(...ends);
    const patience = Math.max(DAY_MS, ...all.map(({ barMs }) => BARS_OF_PATIENCE * barMs));
    if (nowMs - oldest <= patience) return "";
    const age = formatSpan(nowMs - oldest);
    book.say("candles.age", "age of the newest candle", age, FactUnit.word, { source: "the clock", asOfMs: nowMs });
    return `\nThese candles end ${age} ago; \`tidemark fetch\` brings newer ones.`;
  }

  /** Answers that need no candles; undefined for the others. */
  async #recorded(question: Question, book: FactBook): Promise<string | undefined> {
    const { kind, text, symbols, term = text } = question;
    if (kind === QuestionKind.performance) {
      const cards = this.#data.performance();
      const words = text.toLowerCase();
      return performanceAnswer(cards, cards.find(({ name }) => words.includes(name.toLowerCase()))?.name, book);
    }
    if (kind === QuestionKind.signals) return signalsAnswer(await this.#data.signals(), symbols, book);
    if (kind === QuestionKind.positions) return positionsAnswer(await this.#data.sessions(), book);
    if (kind === QuestionKind.alternative) {
      return alternativeAnswer(await this.#data.alternative(), text, symbols, book);
    }
    if (kind === QuestionKind.news) return newsAnswer(await this.#data.headlines(), symbols, book);
    if (kind === QuestionKind.decision) {
      return decisionAnswer(await this.#data.decisions(), symbols, book, directionIn(text));
    }
    if (kind === QuestionKind.models) return modelsAnswer(this.#data.models(), book);
    if (kind === QuestionKind.concept) return this.#concept(term, book);
    if (kind === QuestionKind.help) return HELP;
    return kind === QuestionKind.unclear ? UNCLEAR : undefined;
  }

  #concept(term: string, book: FactBook): string {
    const found = searchGlossary(this.#data.glossary(), term);
    if (found.length === 0)
      return `I have no explanation of "${term}". \`tidemark features --list\` names every feature.`;
    const [first, ...others] = found;
    book.say("concept", first.term, first.text, FactUnit.word, { source: first.source });
    const more = others.length === 0 ? "" : ` See also: ${others.map((one) => one.term).join(", ")}.`;
    for (const other of others) book.say(`concept.${other.term}`, other.term, other.term, FactUnit.word, other);
    return `${first.term}: ${first.text}${/[.!]$/.test(first.text) ? "" : "."} (${first.source})${more}`;
  }
}

/** Days from the beginning of a span to the last bar in it. */
function daysOf({ fromMs }: Span, found: readonly SymbolCandles[]): number {
  const lastMs = Math.max(...found.map(({ timeMs, barMs }) => timeMs[timeMs.length - 1] + barMs));
  return (lastMs - fromMs) / DAY_MS;
}
