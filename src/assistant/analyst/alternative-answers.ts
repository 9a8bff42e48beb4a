/** @file Answers about alternative data: series by what was known of them, and headlines as quotations. */
import { formatSpan } from "../../core/index.ts";
import { type FactBook, FactUnit } from "../fact.ts";
import type { AlternativeReading, Headline } from "../tools/data.ts";
import { headlinesOf, publisherName } from "../tools/headlines.ts";

const SHOWN_HEADLINES = 5;
const SHOWN_SERIES = 12;

/** Words of a question and the series that they ask for. */
const ASKED: ReadonlyArray<readonly [words: RegExp, series: RegExp]> = [
  [/\bopen interest\b|\boi\b/, /open-interest/],
  [/\baccounts? ratio\b|\blong[ /-]short\b|\baccounts\b/, /account-ratio/],
  [/\bpremium\b|\bbasis\b/, /premium|\.mark$|\.index$/],
  [/\bliquidat(?:ions?|ed)\b/, /liquidated/],
  [/\border ?book\b|\bimbalance\b|\bdepth\b|\bspread\b/, /book-/],
  [/\bfear\b|\bgreed\b/, /fear-greed/],
  [/\bmvrv\b/, /mvrv/],
  [/\bhash[ -]?rate\b/, /hash-rate/],
  [/\baddresses\b/, /addresses/],
  [/\btransactions\b/, /transactions/],
  [/\b(?:in|out)?flows?\b/, /flow-/],
  [/\bmempool\b/, /mempool/],
  [/\btvl\b|\bvalue locked\b/, /tvl/],
  [/\bstablecoins?\b/, /stablecoins/],
  [/\bon-?chain\b/, /^(?:coinmetrics|mempool|blockchain|defillama|etherscan|whale-alert)\./],
  [/\bsentiment\b|\bmood\b|\btone\b/, /fear-greed|^news\.|gdelt/],
];

/** Whether a reading is what the question asks for: where it names no series, all are. */
function isAsked(question: string, id: string): boolean {
  const wanted = ASKED.filter(([words]) => words.test(question));
  return wanted.length === 0 || wanted.some(([, series]) => series.test(id));
}

const baseOf = (symbol: string): string => symbol.replace(/(?:USDT|USDC|USD|EUR)$/, "");

/** A reading of a symbol, of its coin, or of the market. */
function isOf({ key }: AlternativeReading, symbols: readonly string[]): boolean {
  return key === null || symbols.length === 0 || symbols.some((symbol) => key === symbol || key === baseOf(symbol));
}

/** Large values by whole numbers: four digits would not be the value any more. */
const unitOf = (value: number): FactUnit => (Math.abs(value) >= 1_000 ? FactUnit.count : FactUnit.number);

export function alternativeAnswer(
  readings: readonly AlternativeReading[] | undefined,
  question: string,
  symbols: readonly string[],
  book: FactBook,
): string {
  if (readings === undefined) return "The store of alternative data can't be read; `tidemark doctor` tells more.";
  const found = readings.filter((one) => isAsked(question.toLowerCase(), one.id) && isOf(one, symbols));
  if (found.length === 0) {
    const stored = [...new Set(readings.map(({ id }) => id))];
    const there = stored.length === 0 ? "No alternative data is stored here." : `Stored are ${stored.join(", ")}.`;
    for (const id of stored) book.say(`stored.${id}`, "stored series", id, FactUnit.word, { source: "the store" });
    const whom = symbols.length === 0 ? "" : ` for ${symbols.join(", ")}`;
    return `${stored.length === 0 ? "" : `Nothing of that is stored${whom}. `}${there}`;
  }
  const lines = found.slice(0, SHOWN_SERIES).map((one) => readingLine(one, book));
  const more = found.length - SHOWN_SERIES;
  if (more > 0)
    lines.push(
      `${book.say("more", "series left out", more, FactUnit.count, { source: "the store" })} more are stored.`,
    );
  return lines.join("\n");
}

function readingLine(reading: AlternativeReading, book: FactBook): string {
  const { id, key, about, unit, value, eventMs, availableMs, before, isStale, isRecorded, mayChange, terms } = reading;
  const whom = key ?? "the market";
  const origin = {
    source: `series ${id} of ${whom}`,
    asOfMs: availableMs,
    ...(key === null ? {} : { about: [key] }),
  };
  const say = (part: string, name: string, given: number | string, kind: FactUnit): string =>
    book.say(`${id}.${whom}.${part}`, `${name} of ${id}`, given, kind, origin);
  say("about", "meaning", `${about} (${unit}). ${terms}`, FactUnit.word);
  const parts = [
    `${about}, ${whom}: ${say("value", "value", value, unitOf(value))} (${unit}) of ${say("event", "stamp", eventMs, FactUnit.time)} UTC, known since ${say("known", "time from which it was known", availableMs, FactUnit.time)} UTC.`,
  ];
  if (before !== null) {
    const change = value - before.value;
    const word = change > 0 ? "less" : change < 0 ? "more" : "the same";
    const past = say("before", "value a week before", before.value, unitOf(before.value));
    parts.push(`A week before it was ${past}, ${word}.`);
  }
  if (isStale)
    parts.push(
      `It is stale: nothing newer has come for ${say("age", "age", formatSpan(reading.ageMs), FactUnit.word)}.`,
    );
  if (!isRecorded) parts.push("It was fetched afterwards, not seen as it came.");
  if (mayChange) parts.push("Its source changes values later.");
  parts.push(`(${id}; ${terms})`);
  return parts.join(" ");
}

export function newsAnswer(all: readonly Headline[] | undefined, symbols: readonly string[], book: FactBook): string {
  if (all === undefined) return "The stored headlines can't be read: `tidemark data alternative headlines` says why.";
  const found = headlinesOf(all, symbols.map(baseOf));
  if (found.length === 0) {
    const whom = symbols.length === 0 ? "" : ` about ${symbols.join(", ")}`;
    return `No headlines are known${whom}. \`tidemark collect\` records some, --headlines FILE brings some.`;
  }
  const lines = found.slice(0, SHOWN_HEADLINES).map(({ title, publisher, publishedMs, score, scorer }, i) => {
    const origin = {
      source: scorer === undefined ? "headlines" : `headlines, scored by ${scorer}`,
      asOfMs: publishedMs,
    };
    const when = book.say(`news.${i}.time`, "time of a headline", publishedMs, FactUnit.time, origin);
    const words = book.say(`news.${i}.title`, `headline of ${publisherName(publisher)}`, title, FactUnit.quote, origin);
    const mood =
      score === undefined
        ? ""
        : ` (score ${book.say(`news.${i}.score`, "score of a headline", score, FactUnit.number, origin)})`;
    return `${when} UTC, ${publisherName(publisher)}: "${words}"${mood}`;
  });
  return `Others write, which I quote and don't judge:\n${lines.join("\n")}`;
}
