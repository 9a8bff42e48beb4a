/**
 * @file Headlines as the assistant may tell them: words of strangers, cut, cleaned, and always in quotation marks. Whatever they
 * say, they are quoted and never followed.
 */
import type { Headline } from "./data.ts";

const LONGEST = 200;
const LONGEST_PUBLISHER = 40;
/** Fewer words are no headline; a bare number in quotation marks would look like a figure. */
const FEWEST_WORDS = 3;

/** The title as it may be shown; undefined where nothing of it is left. Links, markup, control characters and quotes go. */
export function quotable(title: string): string | undefined {
  const clean = title
    .normalize("NFKC")
    .replaceAll(/\b(?:https?:\/\/|www\.)\S+/gi, " ")
    .replaceAll(/<[^>]*>/g, " ")
    // Control, format (bidirectional, zero-width) and private characters.
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, " ")
    .replaceAll(/["“”«»„‟`*_#|[\]{}<>]/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  if ((clean.match(/\p{L}{2,}/gu) ?? []).length < FEWEST_WORDS) return undefined;
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST - 1).trimEnd()}…`;
}

/** A publisher's name by its letters alone. */
export function publisherName(name: string): string {
  const clean = name
    .replaceAll(/[^\p{L} .&-]/gu, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return clean === "" ? "a feed" : clean.slice(0, LONGEST_PUBLISHER);
}

/** Those of a symbol's coin, or of all, newest first, each title once. @param bases such as "BTC" */
export function headlinesOf(all: readonly Headline[], bases: readonly string[]): Headline[] {
  const seen = new Set<string>();
  return all
    .filter(({ coins }) => bases.length === 0 || coins.length === 0 || coins.some((coin) => bases.includes(coin)))
    .toSorted((a, b) => b.publishedMs - a.publishedMs)
    .flatMap((headline) => {
      const title = quotable(headline.title);
      if (title === undefined || seen.has(title)) return [];
      seen.add(title);
      return [{ ...headline, title }];
    });
}
