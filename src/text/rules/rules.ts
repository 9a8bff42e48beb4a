/**
 * @file A headline scored by rules that can be read out: words and phrases with a polarity, negated by what stands up to
 * three words before them, made stronger or weaker, turned round by what they happen to, and signed per cents.
 */
import { wordsOf } from "../clean.ts";
import { Mood, type TextScore, type TextScorer } from "../score.ts";
import { BREAKS, INTENSIFIERS, INVERTED, MOVES, NEGATIONS, PHRASES, POLARITY } from "./lexicon.ts";

/** A word or phrase that counted, and how much. */
export type Reason = { readonly words: string; readonly value: number };

export type RuleScore = TextScore & { readonly reasons: readonly Reason[] };

/** Words in which a negation, an intensifier or an inverted thing is looked for. */
const NEGATION_REACH = 3;
const THING_REACH = 2;
const LONGEST_PHRASE = 4;
/** A sum below this says nothing. */
const THRESHOLD = 0.75;
/** Sum at which a score is about three quarters of its limit. */
const SCALE = 2;

export function scoreByRules(text: string): RuleScore {
  const words = wordsOf(text);
  const reasons: Reason[] = [];
  for (let i = 0; i < words.length; ) {
    const found = phraseAt(words, i) ?? wordAt(words, i);
    if (found === undefined) i++;
    else {
      if (found.value !== 0) reasons.push({ words: words.slice(i, i + found.length).join(" "), value: found.value });
      i += found.length;
    }
  }
  const sum = reasons.reduce((total, { value }) => total + value, 0);
  const mood = sum >= THRESHOLD ? Mood.bullish : sum <= -THRESHOLD ? Mood.bearish : Mood.neutral;
  return { score: Math.tanh(sum / SCALE), mood, reasons };
}

type Found = { readonly value: number; readonly length: number };

function phraseAt(words: readonly string[], at: number): Found | undefined {
  for (let length = Math.min(LONGEST_PHRASE, words.length - at); length >= 2; length--) {
    const value = PHRASES.get(words.slice(at, at + length).join(" "));
    if (value !== undefined) return { value: value * direction(words, at), length };
  }
  return undefined;
}

function wordAt(words: readonly string[], at: number): Found | undefined {
  const word = words[at];
  const percent = /^([+-])\d[\d.,]*%$/.exec(word);
  if (percent !== null) return { value: percent[1] === "+" ? 1 : -1, length: 1 };
  const polarity = POLARITY.get(word);
  if (polarity === undefined || isNegation(words, at)) return undefined;
  const turned = isAbout(words, at) ? -1 : 1;
  return { value: polarity * turned * direction(words, at), length: 1 };
}

/** "rejects" is bad news by itself, and turns round what it rejects. */
function isNegation(words: readonly string[], at: number): boolean {
  if (!NEGATIONS.has(words[at])) return false;
  return words.slice(at + 1, at + 1 + NEGATION_REACH).some((word) => POLARITY.has(word) || PHRASES.has(word));
}

/** Sign and strength from the words before. */
function direction(words: readonly string[], at: number): number {
  let factor = 1;
  for (let i = Math.max(0, at - NEGATION_REACH); i < at; i++) {
    if (NEGATIONS.has(words[i]) || words[i].endsWith("n't")) factor *= -0.8;
    else factor *= INTENSIFIERS.get(words[i]) ?? 1;
  }
  const behind = INTENSIFIERS.get(words[at + 1] ?? "");
  return factor * (behind ?? 1);
}

/** Whether what rises or falls is something of which more is worse: "costs rise", "cut in costs". */
function isAbout(words: readonly string[], at: number): boolean {
  if (!MOVES.has(words[at])) return false;
  for (const way of [-1, 1]) {
    for (let i = at + way; Math.abs(i - at) <= THING_REACH; i += way) {
      const word = words[i];
      if (word === undefined || BREAKS.has(word)) break;
      if (INVERTED.has(word)) return true;
    }
  }
  return false;
}

export const RULES: TextScorer = { id: "rules-1", score: scoreByRules };
