/** @file What a question asks for: its kind, its symbols, its span of time. Words alone decide; nothing is guessed silently. */
import { nearestName } from "../../core/index.ts";
import { type Period, periodsIn } from "./calendar.ts";

export const QuestionKind = {
  market: "market",
  technical: "technical",
  extremes: "extremes",
  funding: "funding",
  comparison: "comparison",
  correlation: "correlation",
  performance: "performance",
  signals: "signals",
  positions: "positions",
  models: "models",
  decision: "decision",
  coverage: "coverage",
  alternative: "alternative",
  news: "news",
  concept: "concept",
  help: "help",
  order: "order",
  forecast: "forecast",
  advice: "advice",
  secret: "secret",
  unclear: "unclear",
} as const;
export type QuestionKind = (typeof QuestionKind)[keyof typeof QuestionKind];

export type Question = {
  readonly text: string;
  readonly kind: QuestionKind;
  /** Symbols of the store that it names, in its order. */
  readonly symbols: readonly string[];
  /** A symbol that nobody has, as it was written. */
  readonly unknownSymbol?: string;
  /** Days back from the last bar; undefined where none are named. */
  readonly days?: number;
  /** Periods of the calendar that it names; undefined where it names none. */
  readonly periods?: readonly Period[];
  /** What a concept is asked about. */
  readonly term?: string;
};

/** What was asked before: what a short question leaves out is taken from it. */
export type Previous = Pick<Question, "kind" | "symbols" | "days" | "periods"> & {
  /** Symbols that were spoken of, the newest first: what "both" and "the two" mean. */
  readonly recent?: readonly string[];
};

const NAMES: Readonly<Record<string, string>> = {
  bitcoin: "BTC",
  ether: "ETH",
  ethereum: "ETH",
  solana: "SOL",
  ripple: "XRP",
  cardano: "ADA",
  dogecoin: "DOGE",
  litecoin: "LTC",
};
const QUOTES = ["USDT", "USDC", "USD", "EUR", "BTC"];
const UNIT_DAYS: Readonly<Record<string, number>> = {
  hour: 1 / 24,
  day: 1,
  week: 7,
  month: 30,
  quarter: 91,
  year: 365,
};
const COUNTS: Readonly<Record<string, number>> = { two: 2, three: 3, four: 4, six: 6, twelve: 12 };

/** Phrases of each kind with their weight. Refusals weigh most: a question that also wants an order is an order. */
const PHRASES: ReadonlyArray<readonly [QuestionKind, number, RegExp]> = [
  [QuestionKind.secret, 9, /\b(api[ -]?keys?|secrets?|passwords?|credentials?|private keys?|tokens? of|\.env)\b/],
  [
    QuestionKind.order,
    8,
    /\b(buy|sell|short|long|purchase) (me |us )?(\d|some|a |an |one |all|more|half|everything|it\b|now|[a-z]{2,6}(usdt)? (now|for me|at market))/,
  ],
  // Whoever begins with such a verb wants it done, whatever the object.
  [
    QuestionKind.order,
    8,
    /^(?:(?:please|now|ok|okay|hey|just|then|can you|could you|would you|i want (?:you )?to|i need (?:you )?to|let's|go ahead and)[, ]+)*(?:buy|sell|short|purchase|dump|withdraw|transfer|deposit|liquidate|flatten|exit|cancel|hedge|rebalance|go (?:long|short)|long (?!term|-)|place |close (?!of\b|price|to\b|at\b|in\b|on\b|yesterday)|open (?!interest|price|of\b|at\b))/,
  ],
  // What was done may be asked about in the words of an order.
  [
    QuestionKind.decision,
    8.5,
    /\bwhy (?:did|has|does|was|were|is|are) (?:it|the|my|our|that|this|[\w/-]+-\d+)\b|\bexplain (?:the|that|its|this|my|your) (?:last |latest )?(?:decision|trade|position|entry|exit|order)\b|\breasons? (?:for|of|behind) (?:the|that|its|this)\b/,
  ],
  [QuestionKind.order, 8, /\b(close|flatten|liquidate|exit) (all|everything|my|the|our|every|it)\b/],
  [QuestionKind.order, 8, /\b(place|submit|send|cancel|amend|modify) (an? |the |my |all )?(\w+ )?orders?\b/],
  [
    QuestionKind.order,
    8,
    /\b(raise|lift|increase|lower|change|set|move|remove|switch off|disable) (the |my |all |our )?(\w+ )?(limits?|stops?|targets?|leverage|cap|budgets?|risk|kill switch)\b/,
  ],
  [
    QuestionKind.order,
    8,
    /\b(go|switch|start|stop|resume|halt|promote|demote|enable) (to )?(live|trading|paper|the engine|the session|the model)\b/,
  ],
  [QuestionKind.order, 8, /\b(open|enter|take) (a |an )?(\w+ )?(position|long|short|trade)\b/],
  [
    QuestionKind.forecast,
    6,
    /\bwill\b(?! you\b)|\bgoing to\b|\bgonna\b|\bheading\b|\boutlook\b|\bexpect(ed)?\b|\bby the end of\b|\bfuture price\b/,
  ],
  [
    QuestionKind.forecast,
    6,
    /\b(predict|prediction|forecast|price target|where (is|will) .* (going|be in)|tomorrow|next (week|month|year))\b/,
  ],
  [
    QuestionKind.advice,
    6,
    /\b(should i(?! (?:trust|believe))|should we(?! (?:trust|believe))|would you (buy|sell)|is it (a )?good (time|idea)|worth (buying|selling|investing)|recommend|good investment|how much should)\b/,
  ],
  [QuestionKind.correlation, 4, /\bcorrelat|\bmove together|\bmoves? (with|like)\b/],
  [
    QuestionKind.comparison,
    4,
    /\bcompare|\bversus\b|\bvs\b|\bwhich (symbol|coin|one|market|of (?:the two|them|these|both))s? (rose|fell|gained|lost|moved|did|performed|was|is|has)\b|\b(best|worst|strongest|weakest) (symbol|coin|performer|market)|\boutperform/,
  ],
  [QuestionKind.funding, 4, /\bfunding\b|\bcost of holding\b|\bcarry\b/],
  [
    QuestionKind.technical,
    4,
    /\brsi\b|\bmacd\b|\bbollinger|\batr\b|\bmoving averages?\b|\bsma\b|\bema\b|\boverbought|\boversold|\bmomentum|\btechnical|\bindicators?\b|\btrend(ing)?\b/,
  ],
  [QuestionKind.technical, 3, /\bvolatil|\bdrawdown of\b|\bhow wild\b/],
  [QuestionKind.extremes, 4, /\b(highest|lowest|high|low|top|bottom|peak|maximum|minimum|range)\b/],
  [
    QuestionKind.performance,
    4,
    /\bperform(ed|ance|s|ing)?\b|\bbacktests?\b|\bsharpe\b|\bwin rate\b|\bhow (well|badly) (did|has|does)\b|\btrack record\b|\breports?\b|\bprofit(able|s)?\b|\bhistorical results?\b/,
  ],
  [QuestionKind.signals, 4, /\bsignals?\b|\bwhat does the model (say|want|think)\b|\blast decisions?\b/],
  [
    QuestionKind.positions,
    4,
    /\bpositions?\b|\bexposure\b|\b(?:do|does|did) (?:i|we|it|you|the (?:model|session|bot|engine)) (?:hold|own|have)\b|\b(?:am i|are we|is it) (?:holding|long|short|flat)\b|\bholdings?\b|\bequity\b|\bsessions?\b|\baccount\b|\bat risk\b|\bprotected\b|\bhalted\b|\bis it (live|running)\b/,
  ],
  [
    QuestionKind.alternative,
    4.5,
    /\bopen interest\b|\baccounts? ratio\b|\blong[ /-]short ratio\b|\bpremium\b|\bliquidations\b|\border ?book\b|\bbook (?:imbalance|depth|spread)\b|\bfear\b|\bgreed\b|\bmvrv\b|\bhash[ -]?rate\b|\bactive addresses\b|\bon-?chain\b|\bexchange (?:in|out)?flows?\b|\bmempool\b|\btvl\b|\bvalue locked\b|\bstablecoins?\b|\bsentiment\b|\balternative (?:data|series)\b/,
  ],
  [QuestionKind.news, 4.5, /\bnews\b|\bheadlines?\b|\bwhat (?:do|does) (?:they|people|the press) (?:say|write)\b/],
  [QuestionKind.models, 4, /\bmodels\b|\bwhich model|\blist (the )?model|\btrained model/],
  [
    QuestionKind.coverage,
    4,
    /\bhow much (data|history)\b|\bwhat (data|candles|symbols|history)\b|\bdata (is|are) (there|stored)\b|\b(which|what) symbols\b|\bhow many (bars|candles)\b|\bsince when\b|\bdata coverage\b/,
  ],
  [
    QuestionKind.concept,
    5,
    /\bwhat (is|are|does) (an? |the )?[\w .%-]+( mean| stand for)?\s*\?*$|\bexplain\b|\bdefine\b|\bdefinition of\b|\bhow is .* (computed|calculated|defined)\b|\bmeaning of\b/,
  ],
  [
    QuestionKind.market,
    3,
    /\bprice\b|\bworth\b|\bquote\b|\bclos(e|ed|ing)\b|\bmarket conditions?\b|\bhow (is|are|was|did|has)\b|\bwhat happened\b|\bdoing\b|\bcurrent(ly)?\b|\bsummary\b|\boverview\b|\brose\b|\bfell\b|\bchange(d)?\b|\bup or down\b|\breturn of\b|\bmarket\b/,
  ],
  [QuestionKind.help, 5, /^\s*(help|hi|hello|hey|what can you (do|answer)|who are you|how do(es)? (this|you) work)\b/],
];

/** Words that say nothing by themselves in a question that leans on the one before. */
const FILLERS = new Set(
  "and what about how over in for the since last past previous day days week weeks month months year years hour hours a an of on with please same two three four six twelve today yesterday is are it its that this they them now then".split(
    " ",
  ),
);
/** Kinds that are asked of every symbol where none is named. */
const OF_ALL: readonly QuestionKind[] = [
  QuestionKind.coverage,
  QuestionKind.signals,
  QuestionKind.comparison,
  QuestionKind.alternative,
  QuestionKind.news,
];

/** Kinds whose "it" is a model or a session: a symbol that was spoken of before is not meant. */
const OF_MODELS: readonly QuestionKind[] = [
  QuestionKind.decision,
  QuestionKind.positions,
  QuestionKind.performance,
  QuestionKind.models,
];

/** Figures that a question may ask of a symbol: such a question is no question about the word. */
const FIGURES =
  /\b(price|rsi|macd|atr|volatility|funding|trend|high|low|change|return|bollinger|volume|correlation|momentum)\b/;

function normalized(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/[’`]/g, "'").replaceAll(/\s+/g, " ").trim();
}

/** The symbol of the store that a word means. */
function symbolOf(word: string, symbols: readonly string[]): string | undefined {
  const upper = word.toUpperCase().replaceAll(/[/\-_]/g, "");
  const base = NAMES[word] ?? upper;
  return (
    symbols.find((symbol) => symbol === base) ??
    symbols.find((symbol) => QUOTES.some((quote) => symbol === base + quote))
  );
}

/** Words that look like a symbol and are none of the store's, such as "DOGEUSDT" or "dogecoin". */
function strangerIn(text: string, words: readonly string[], symbols: readonly string[]): string | undefined {
  const written = text.match(/\b[A-Z]{2,8}(?:USDT|USDC|USD)\b/g) ?? [];
  const named = words.filter((word) => NAMES[word] !== undefined && symbolOf(word, symbols) === undefined);
  return [...written.filter((word) => symbolOf(word, symbols) === undefined), ...named][0];
}

/** Days back that the words name. */
export function daysIn(text: string): number | undefined {
  const span =
    /\b(?:last|past|previous|over|in|for|during)?\s*(?:the )?(?:last |past |previous )?(\d+(?:\.\d+)?|two|three|four|six|twelve)\s*(hour|day|week|month|quarter|year)s?\b/.exec(
      text,
    );
  if (span !== null) return (COUNTS[span[1]] ?? Number(span[1])) * UNIT_DAYS[span[2]];
  const short = /\b(\d+)\s?(h|d|w|m|y)\b/.exec(text);
  if (short !== null) return Number(short[1]) * { h: 1 / 24, d: 1, w: 7, m: 30, y: 365 }[short[2] as "h"];
  const one = /\b(?:last|past|this|previous|a|per)\s+(hour|day|week|month|quarter|year)\b/.exec(text);
  if (one !== null) return UNIT_DAYS[one[1]];
  if (/\b(today|24 ?h)\b/.test(text)) return 1;
  if (/\byesterday\b/.test(text)) return 2;
  return undefined;
}

/** Questions that stand in one text, one after the other. */
export function questionsIn(text: string): string[] {
  return text
    .split(
      /\?\s+|;\s+|,?\s+and\s+(?=(?:how|what|which|who|why|when|is|are|was|were|did|does|do|should|will|can|could)\b)/i,
    )
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** @param symbols of the store, such as "BTCUSDT" */
export function readQuestion(text: string, symbols: readonly string[], previous?: Previous): Question {
  const plain = normalized(text);
  const { periods, rest } = periodsIn(plain);
  const words = rest.split(/[^a-z0-9/\-_]+/).filter((word) => word !== "");
  const named = [...new Set(words.flatMap((word) => symbolOf(word, symbols) ?? []))];
  const unknownSymbol = strangerIn(text, words, symbols);
  const days = daysIn(rest);
  const scores = new Map<QuestionKind, number>();
  for (const [kind, weight, phrase] of PHRASES) {
    if (phrase.test(plain)) scores.set(kind, Math.max(scores.get(kind) ?? 0, weight));
  }
  // "What is the RSI of BTC" asks for a figure, "what is RSI" for its meaning.
  if (
    named.length > 0 ||
    (FIGURES.test(plain) && previous !== undefined && previous.symbols.length > 0 && /\bits?\b/.test(plain))
  ) {
    scores.delete(QuestionKind.concept);
  }
  if (
    scores.get(QuestionKind.concept) !== undefined &&
    /\b(current|now|my|our|today|last|stored|there)\b/.test(plain)
  ) {
    scores.delete(QuestionKind.concept);
  }
  if (named.length > 1 && !scores.has(QuestionKind.correlation)) {
    if (scores.has(QuestionKind.comparison)) scores.set(QuestionKind.comparison, 5);
  }
  const ranked = [...scores].sort((a, b) => b[1] - a[1]);
  const isShort = words.length <= 6 && /^(and|what about|how about|since|over|in|for|the)\b/.test(plain);
  const isEmpty = words.every((word) => FILLERS.has(word) || /^\d/.test(word) || symbolOf(word, symbols) !== undefined);
  let kind = ranked[0]?.[0];
  if (previous !== undefined && isShort && isEmpty && (kind === undefined || kind === QuestionKind.market)) {
    kind = previous.kind;
  }
  if (kind === undefined) {
    if (previous !== undefined && isEmpty && (named.length > 0 || days !== undefined || periods.length > 0))
      kind = previous.kind;
    else kind = named.length > 0 ? QuestionKind.market : QuestionKind.unclear;
  }
  const pointsBack = isShort || /\b(it|its|that|this|they|them|both|the two|these)\b/.test(plain);
  const inherits =
    previous !== undefined &&
    named.length === 0 &&
    unknownSymbol === undefined &&
    (OF_MODELS.includes(kind) ? isShort : pointsBack || !OF_ALL.includes(kind));
  const spanInherited = previous !== undefined && kind === previous.kind && isShort ? previous.days : undefined;
  // Another span of time in place of the one before.
  const isNewSpan = days !== undefined || periods.length > 0;
  const wanted = isNewSpan ? days : spanInherited;
  const past = previous !== undefined && kind === previous.kind && isShort ? (previous.periods ?? []) : [];
  const within = isNewSpan ? periods : past;
  const inherited = inherits ? previous.symbols : [];
  const isPair = inherits && inherited.length < 2 && /\b(both|the two|they|them|these|each other)\b/.test(plain);
  const pair = isPair ? (previous.recent ?? []).slice(0, 2).toReversed() : [];
  return {
    text,
    kind,
    symbols: pair.length === 2 ? pair : inherits ? inherited : named,
    ...(unknownSymbol === undefined ? {} : { unknownSymbol }),
    ...(wanted === undefined ? {} : { days: wanted }),
    ...(within.length === 0 ? {} : { periods: within }),
    ...(kind === QuestionKind.concept ? { term: termOf(plain) } : {}),
  };
}

/** What a question about a word is about. */
function termOf(plain: string): string {
  return plain
    .replaceAll(/[?.!]/g, "")
    .replace(/^.*?\b(what (is|are|does)|explain|define|definition of|meaning of|how is)\b/, "")
    .replaceAll(
      /\b(an?|the|me|mean|means|stand for|computed|calculated|defined|please|to|us|word|term|indicator)\b/g,
      "",
    )
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The symbol that was probably meant by a stranger. */
export function nearestSymbol(stranger: string, symbols: readonly string[]): string | undefined {
  return nearestName(stranger.toUpperCase(), symbols);
}
