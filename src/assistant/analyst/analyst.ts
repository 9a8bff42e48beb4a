/**
 * @file The analyst without a language model: reads the question, fetches what it needs through read-only views, computes,
 * and puts the figures into sentences. What it can't answer it says. It has no function that could change anything.
 */
import { type Fact, FactBook, FactUnit } from "../fact.ts";
import type { AssistantData, SymbolCandles } from "../tools/data.ts";
import { alternativeAnswer, newsAnswer } from "./alternative-answers.ts";
import {
  comparisonAnswer,
  correlationAnswer,
  coverageAnswer,
  extremesAnswer,
  fundingAnswer,
  marketAnswer,
  technicalAnswer,
} from "./market-answers.ts";
import { nearestSymbol, type Previous, type Question, QuestionKind, readQuestion } from "./question.ts";
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
  '- "How did the last backtest perform?", "What are the latest signals?", "What do I hold?"',
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

/** Symbols that a question without any is answered for, at most. */
const MOST_SYMBOLS = 5;

export class Analyst {
  readonly #data: AssistantData;

  constructor(data: AssistantData) {
    this.#data = data;
  }

  /** Answers a question in words. @param previous what short questions lean on */
  answer(text: string, previous?: Previous): Promise<AnalystAnswer> {
    return this.answerQuestion(readQuestion(text, this.#data.symbols(), previous));
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
    if (kind === QuestionKind.coverage) return coverageAnswer(all, book);
    if (kind === QuestionKind.comparison) return comparisonAnswer(all, days, book);
    if (kind === QuestionKind.correlation) {
      if (all.length < 2) return "A correlation needs two symbols. Name both.";
      return correlationAnswer(all[0], all[1], days, book);
    }
    const say = ONE_SYMBOL[kind] ?? marketAnswer;
    return all.map((candles) => say(candles, days, book)).join("\n");
  }

  /** Answers that need no candles; undefined for the others. */
  async #recorded(question: Question, book: FactBook): Promise<string | undefined> {
    const { kind, text, symbols, term = text } = question;
    if (kind === QuestionKind.performance) {
      const cards = this.#data.performance();
      const words = text.toLowerCase();
      return performanceAnswer(cards, cards.find(({ name }) => words.includes(name.toLowerCase()))?.name, book);
    }
    if (kind === QuestionKind.signals) return signalsAnswer(this.#data.signals(), symbols, book);
    if (kind === QuestionKind.positions) return positionsAnswer(await this.#data.sessions(), book);
    if (kind === QuestionKind.alternative) {
      return alternativeAnswer(await this.#data.alternative(), text, symbols, book);
    }
    if (kind === QuestionKind.news) return newsAnswer(this.#data.headlines(), symbols, book);
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
