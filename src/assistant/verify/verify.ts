/**
 * @file Holds a text to the facts: every number has to be one of them, said of what it belongs to; a word of direction must not
 * contradict the sign of the change beside it, nor "above" and "below" the figures on their two sides. What fails is named by
 * its sentence.
 */
import { type Fact, FactUnit } from "../fact.ts";
import { clausesOf, labelsOf, mayBeTold, subjectsOf } from "./belonging.ts";
import { type Figure, figuresOf, isEqual, momentsOf } from "./figures.ts";

export type SentenceFault = {
  readonly sentence: string;
  /** The number or word that no fact bears out. */
  readonly what: string;
};

export type Verification = {
  /** Numbers and wrong directions that were found, and the numbers that a fact bears out. */
  readonly numbers: number;
  readonly grounded: number;
  readonly faults: readonly SentenceFault[];
};

const UP = /\b(?:rose|rises?|rising|gain(?:ed|s)?|up|climb(?:ed|s)?|increas(?:ed|es)|advanced?|rall(?:y|ied))\b/i;
const DOWN = /\b(?:fell|falls?|falling|lost|loses?|down|declin(?:ed|es)|decreas(?:ed|es)|dropped|drops?)\b/i;
const RELATION =
  /\b(?:(?<more>above|higher than|more than|greater than|exceed(?:s|ed|ing)?)|(?<less>below|beneath|under|lower than|less than))\b/gi;
/** Addresses are told by the store, never by a model. */
const LINK = /\bhttps?:\/\/\S+|\bwww\.\S+/gi;
/** Numbers that are written as words: they are borne out where a fact says the same word. */
const NUMBER_WORDS =
  /\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|millions?|billions?|half|halved|quarter|twice|thrice|doubl(?:e|ed|es)|tripl(?:e|ed|es)|\w+fold)\b/gi;

/** A decimal point inside of a number ends no sentence. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** Values of a fact that a figure with or without a per cent sign may be. */
function valuesOf({ unit, value }: Fact, isPercent: boolean): number[] {
  if (typeof value !== "number" || unit === FactUnit.time) return [];
  const isShare = unit === FactUnit.share || unit === FactUnit.change;
  return isShare === isPercent ? [isShare ? 100 * value : value] : [];
}

/** Facts of which a figure is the value. */
function factsWith(figure: Figure, facts: readonly Fact[]): Fact[] {
  return facts.filter((fact) => valuesOf(fact, figure.isPercent).some((value) => isEqual(figure, value)));
}

/** Words after which a number is a value, not a length or a name. */
const VALUE_BEFORE = /\b(?:is|was|are|were|at|(?<!\bfrom \S{1,20} |\d )to|by|near|around|about|price)\s+(?:[$€]\s?)?$/i;

/** Numbers that facts say without being of that value: the 14 of "RSI over 14 bars". */
type Said = {
  readonly figure: Figure /** Whether it is all that a fact displays, such as a quantity. */;
  readonly isWhole: boolean;
};

function saidBy(facts: readonly Fact[]): Said[] {
  return facts.flatMap(({ name, source, display, unit }) => [
    ...figuresOf(`${name} ${source}`).map((figure) => ({ figure, isWhole: false })),
    ...(unit === FactUnit.word ? figuresOf(display) : []).map((figure) => ({
      figure,
      isWhole: figure.text === display.trim(),
    })),
  ]);
}

function isSaid(figure: Figure, clause: string, said: readonly Said[]): boolean {
  const isValue = VALUE_BEFORE.test(clause.slice(0, figure.at));
  return said.some(
    ({ figure: known, isWhole }) =>
      known.isPercent === figure.isPercent && isEqual(figure, known.value) && (isWhole || !isValue),
  );
}

/** A word of direction against the changes that stand in the same clause. */
function wrongDirection(clause: string, facts: readonly Fact[]): string | undefined {
  const [up, down] = [UP.exec(clause), DOWN.exec(clause)];
  if ((up === null) === (down === null)) return undefined;
  const changes = figuresOf(clause)
    .flatMap((figure) => factsWith(figure, facts))
    .filter(({ unit }) => unit === FactUnit.change);
  if (changes.length === 0) return undefined;
  const rises = changes.some(({ value }) => (value as number) >= 0);
  const falls = changes.some(({ value }) => (value as number) <= 0);
  if (up !== null && !rises) return up[0];
  return down !== null && !falls ? down[0] : undefined;
}

/** "above" and "below" against the figures before and after them; where none stands before, against the close. */
function wrongRelations(sentence: string, facts: readonly Fact[]): string[] {
  const figures = figuresOf(sentence).filter(({ isPercent }) => !isPercent);
  const valueOf = (figure: Figure): number | undefined => factsWith(figure, facts)[0]?.value as number | undefined;
  const used = new Set<Figure>();
  const wrong: string[] = [];
  for (const match of sentence.matchAll(RELATION)) {
    const end = match.index + match[0].length;
    const after = figures.filter(({ at }) => at >= end);
    const next = after.find((figure) => valueOf(figure) !== undefined);
    const direct = after.find(({ at }) => sentence.slice(end, at).trim().split(/\s+/).length <= 2);
    const right = next ?? direct;
    if (right === undefined) continue;
    const left = figures.findLast(
      (figure) => figure.at < match.index && !used.has(figure) && valueOf(figure) !== undefined,
    );
    used.add(right);
    const rightFact = factsWith(right, facts)[0];
    const close = rightFact?.unit === FactUnit.price ? closeOf(rightFact, facts) : undefined;
    const [a, b] = [left === undefined ? close : valueOf(left), valueOf(right) ?? right.value];
    if (a === undefined) continue;
    if (match.groups?.more === undefined ? a > b : a < b) wrong.push(match[0]);
  }
  return wrong;
}

function closeOf({ about }: Fact, facts: readonly Fact[]): number | undefined {
  const close = facts.find((fact) => about !== undefined && fact.id === `${about[0]}.close`);
  return typeof close?.value === "number" ? close.value : undefined;
}

/** Without the words where they stand in quotation marks: outside of them they are the answer's own. */
function withoutQuotation(text: string, words: string): string {
  return ['""', "“”", "«»", "„“"].reduce(
    (rest, [open, close]) => rest.replaceAll(`${open}${words}${close}`, "…"),
    text,
  );
}

/**
 * Numbers of the question are no facts: whoever asks could put any into an answer. Nor are those of quotations, which may be
 * told as a whole and nowhere else. Not seen: judgments such as "cheap".
 */
export function verifyAnswer(text: string, facts: readonly Fact[]): Verification {
  const quotes = facts.filter(({ unit }) => unit === FactUnit.quote);
  const own = facts.filter(({ unit }) => unit !== FactUnit.quote);
  const plain = quotes.reduce((rest, { display }) => withoutQuotation(rest, display), text);
  const moments = new Set(facts.flatMap(({ display, unit }) => (unit === FactUnit.quote ? [] : momentsOf(display))));
  const words = new Set(own.flatMap(({ name, display }) => `${name} ${display}`.toLowerCase().match(/\w+/g) ?? []));
  const subjects = subjectsOf(own);
  const faults: SentenceFault[] = [];
  let numbers = 0;
  let grounded = 0;
  const count = (isGrounded: boolean, sentence: string, what: string): void => {
    numbers++;
    if (isGrounded) grounded++;
    else faults.push({ sentence, what });
  };
  let spokenOf: ReadonlySet<string> = new Set<string>();
  for (const sentence of sentencesOf(plain)) {
    for (const clause of clausesOf(sentence)) {
      const named = subjects.flatMap(([subject, pattern]) => (pattern.test(clause) ? [subject] : []));
      if (named.length > 0) spokenOf = new Set(named);
      const labels = labelsOf(clause);
      const tellable = own.filter((fact) => mayBeTold(fact, spokenOf, labels));
      const said = saidBy(tellable);
      for (const figure of figuresOf(clause)) {
        count(factsWith(figure, tellable).length > 0 || isSaid(figure, clause, said), sentence, figure.text);
      }
      const direction = wrongDirection(clause, own);
      if (direction !== undefined) count(false, sentence, direction);
    }
    for (const moment of momentsOf(sentence)) count(moments.has(moment), sentence, moment);
    for (const [word] of sentence.matchAll(NUMBER_WORDS)) count(words.has(word.toLowerCase()), sentence, word);
    for (const relation of wrongRelations(sentence, own)) count(false, sentence, relation);
    for (const [link] of sentence.matchAll(LINK)) count(false, sentence, link);
  }
  return { numbers, grounded, faults };
}
