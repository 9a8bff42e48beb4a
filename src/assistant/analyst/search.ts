/**
 * @file Finds the entry of the glossary that a question is about: BM25 (Robertson and Zaragoza, "The probabilistic relevance
 * framework", 2009) with k1 = 1.2 and b = 0.75, names counted three times.
 */
import type { GlossaryEntry } from "../tools/data.ts";

const K1 = 1.2;
const B = 0.75;
const NAME_WEIGHT = 3;
/** Below this an entry has little to do with the question. */
const LEAST_SCORE = 1.5;

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1);
}

/** The best entries, best first. */
export function searchGlossary(entries: readonly GlossaryEntry[], query: string, limit = 3): GlossaryEntry[] {
  const documents = entries.map(({ term, text }) => [
    ...Array.from({ length: NAME_WEIGHT }, () => wordsOf(term)).flat(),
    ...wordsOf(text),
  ]);
  const meanLength = documents.reduce((sum, words) => sum + words.length, 0) / Math.max(1, documents.length);
  const wanted = [...new Set(wordsOf(query))];
  const holding = new Map(wanted.map((word) => [word, documents.filter((words) => words.includes(word)).length]));
  const exact = query.trim().toLowerCase();
  return entries
    .map((entry, i) => {
      const words = documents[i];
      let score = entry.term.toLowerCase() === exact ? 100 : 0;
      for (const word of wanted) {
        const n = holding.get(word) ?? 0;
        const count = words.filter((own) => own === word).length;
        if (count === 0) continue;
        const rarity = Math.log(1 + (entries.length - n + 0.5) / (n + 0.5));
        score += (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * words.length) / meanLength));
      }
      return { entry, score };
    })
    .filter(({ score }) => score >= LEAST_SCORE)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ entry }) => entry);
}
