/** @file A headline as hashed words and pairs of words: what a linear model reads. */
import { wordsOf } from "../clean.ts";

export const BUCKETS = 65_536;
/** Letters that words of one family share. */
const STEM = 5;

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0) % BUCKETS;
}

/** A number as its shape: what it says is in its sign and unit. */
function shapeOf(word: string): string {
  if (!/^[+-]?\d/.test(word)) return word;
  const sign = word[0] === "+" || word[0] === "-" ? word[0] : "";
  return `${sign}#${word.endsWith("%") ? "%" : ""}`;
}

/** Buckets of the words and the pairs of neighbours, each once, ascending. */
export function bucketsOf(text: string): number[] {
  const words = wordsOf(text).map(shapeOf);
  const buckets = new Set<number>();
  let before = "^";
  for (const word of [...words, "$"]) {
    if (word !== "$") {
      buckets.add(hash(word));
      if (word.length > STEM) buckets.add(hash(`${word.slice(0, STEM)}*`));
    }
    buckets.add(hash(`${before} ${word}`));
    before = word;
  }
  return [...buckets].sort((a, b) => a - b);
}
