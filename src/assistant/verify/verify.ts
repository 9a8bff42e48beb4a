/**
 * @file Holds a text to the facts: every number has to be one of them, and a word of direction must not contradict the sign
 * of the fact that it stands beside. What fails is named by its sentence.
 */
import { type Fact, FactUnit } from "../fact.ts";

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

const NUMBER = /[+\-−]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?/gi;
const SCALES: ReadonlyArray<readonly [RegExp, number]> = [
  [/^\s?(?:k|thousand)\b/i, 1e3],
  [/^\s?(?:m|mn|million)\b/i, 1e6],
  [/^\s?(?:b|bn|billion)\b/i, 1e9],
];
const UP = /\b(?:rose|rises?|rising|gain(?:ed|s)?|up|climb(?:ed|s)?|increas(?:ed|es)|advanced?|rall(?:y|ied))\b/i;
const DOWN = /\b(?:fell|falls?|falling|lost|loses?|down|declin(?:ed|es)|decreas(?:ed|es)|dropped|drops?)\b/i;

/** A decimal point inside of a number ends no sentence. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

type Figure = {
  readonly value: number;
  readonly half: number;
  readonly text: string;
  /** Whether a per cent sign follows: a share can't stand for a price, nor a day of the month for a share. */
  readonly isPercent: boolean;
};

/** A date, a time of day, or both: compared as they are written. */
const MOMENT = /\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2})?|\b\d{1,2}:\d{2}\b/g;
const PER_CENT = /^\s?(?:%|per ?cent)/i;

/** Numbers that are written as words: they are borne out where a fact says the same word. */
const NUMBER_WORDS =
  /\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|millions?|billions?|half|halved|quarter|twice|thrice|doubl(?:e|ed|es)|tripl(?:e|ed|es)|\w+fold)\b/gi;

/** Numbers of a text with half a unit of their last digit. Digits that end a name, such as "rsi14", are no numbers. */
function figuresOf(written: string): Figure[] {
  const text = written.replaceAll(MOMENT, (moment) => " ".repeat(moment.length));
  const found: Figure[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const before = text[match.index - 1] ?? " ";
    const after = text.slice(match.index + match[0].length);
    const sign = /^[+\-−]/.test(match[0]);
    if (/[A-Za-z_@]/.test(before)) continue;
    // A hyphen between digits is no sign.
    const raw = match[0].replace("−", "-").replaceAll(",", "");
    const plain = sign && /[\d.:/]/.test(before) ? raw.slice(1) : raw;
    const scale = SCALES.find(([word]) => word.test(after))?.[1] ?? 1;
    const decimals = /\.(\d+)/.exec(plain)?.[1].length ?? 0;
    const exponent = Number(/e([+-]?\d+)$/i.exec(plain)?.[1] ?? 0);
    found.push({
      value: Number(plain) * scale,
      half: 0.5 * 10 ** (exponent - decimals) * scale,
      text: match[0],
      isPercent: PER_CENT.test(after),
    });
  }
  return found;
}

type Allowed = { readonly plain: readonly number[]; readonly percent: readonly number[] };

/** The numbers that facts allow: of each its value, and what its name, source and display say. */
function allowedBy(facts: readonly Fact[]): Allowed {
  const said = facts.flatMap(({ name, source, display }) => [name, source, display]).flatMap(figuresOf);
  const plain = said.filter(({ isPercent }) => !isPercent).map(({ value }) => value);
  const percent = said.filter(({ isPercent }) => isPercent).map(({ value }) => value);
  for (const { unit, value } of facts) {
    if (typeof value !== "number" || unit === FactUnit.time) continue;
    if (unit === FactUnit.share || unit === FactUnit.change) percent.push(100 * value);
    else plain.push(value);
  }
  return { plain, percent };
}

function isBorneOut({ value, half, isPercent }: Figure, { plain, percent }: Allowed): boolean {
  const slack = half * (1 + 1e-9) + 1e-12;
  return (isPercent ? percent : plain).some(
    (known) => Math.abs(known - value) <= slack || (value >= 0 && Math.abs(-known - value) <= slack),
  );
}

/** Dates and times of a text; one with both also stands for its parts. */
function momentsOf(text: string): string[] {
  return (text.match(MOMENT) ?? []).flatMap((moment) => {
    const whole = moment.replace("T", " ");
    return whole.includes(" ") ? [whole, ...whole.split(" ")] : [whole];
  });
}

/** A word of direction against the changes that stand in the same sentence. */
function wrongDirection(sentence: string, facts: readonly Fact[]): string | undefined {
  const [up, down] = [UP.exec(sentence), DOWN.exec(sentence)];
  if ((up === null) === (down === null)) return undefined;
  const figures = figuresOf(sentence);
  const changes = facts.filter(
    (fact) =>
      fact.unit === FactUnit.change &&
      typeof fact.value === "number" &&
      figures.some((figure) => isBorneOut(figure, { plain: [], percent: [100 * (fact.value as number)] })),
  );
  if (changes.length === 0) return undefined;
  const rises = changes.some(({ value }) => (value as number) >= 0);
  const falls = changes.some(({ value }) => (value as number) <= 0);
  if (up !== null && !rises) return up[0];
  return down !== null && !falls ? down[0] : undefined;
}

/**
 * Numbers of the question are no facts: whoever asks could put any into an answer. Not seen: a figure of one thing that is
 * said of another, and words such as "high" or "cheap".
 */
export function verifyAnswer(text: string, facts: readonly Fact[]): Verification {
  const allowed = allowedBy(facts);
  const moments = new Set(facts.map(({ display }) => display).flatMap(momentsOf));
  const words = new Set(facts.flatMap(({ name, display }) => `${name} ${display}`.toLowerCase().match(/\w+/g) ?? []));
  const faults: SentenceFault[] = [];
  let numbers = 0;
  let grounded = 0;
  for (const sentence of sentencesOf(text)) {
    for (const figure of figuresOf(sentence)) {
      numbers++;
      if (isBorneOut(figure, allowed)) grounded++;
      else faults.push({ sentence, what: figure.text });
    }
    for (const moment of momentsOf(sentence)) {
      numbers++;
      if (moments.has(moment)) grounded++;
      else faults.push({ sentence, what: moment });
    }
    for (const [word] of sentence.matchAll(NUMBER_WORDS)) {
      numbers++;
      if (words.has(word.toLowerCase())) grounded++;
      else faults.push({ sentence, what: word });
    }
    const direction = wrongDirection(sentence, facts);
    if (direction === undefined) continue;
    numbers++;
    faults.push({ sentence, what: direction });
  }
  return { numbers, grounded, faults };
}
