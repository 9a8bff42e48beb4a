/** @file A headline without what is no language: links, entities, handles, decorations. */

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  "#39": "'",
};

/** One line, links and markup taken out, typographic signs as plain ones. */
export function cleanText(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name.toLowerCase()] ?? whole)
    .replaceAll(/https?:\/\/\S+/g, " ")
    .replaceAll(/[\u2018\u2019\u02BC]/g, "'")
    .replaceAll(/[\u201C\u201D]/g, '"')
    .replaceAll(/[\u2012-\u2015]/g, "-")
    .replaceAll(/\p{Cc}|\p{Cf}/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/**
 * Words in lower case: letters with inner apostrophes and dashes, and numbers with their sign and per cent. Cashtags and
 * handles are names, not words, and are left out.
 */
export function wordsOf(text: string): string[] {
  const plain = cleanText(text)
    .replaceAll(/[$#@][A-Za-z_][\w.]*/g, " ")
    .toLowerCase();
  return plain.match(/[+-]?\d[\d.,]*%?|[a-z]+(?:['-][a-z]+)*/g) ?? [];
}
