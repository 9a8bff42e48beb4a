/** @file Of what a figure is said: its symbol, model or session, and the word that names it ("high", "RSI"). */
import { type Fact, FactUnit } from "../fact.ts";

const QUOTES = /(?:USDT|USDC|USD|EUR)$/;
const SPOKEN: Readonly<Record<string, readonly string[]>> = {
  BTC: ["bitcoin"],
  ETH: ["ether", "ethereum"],
  SOL: ["solana"],
  XRP: ["ripple"],
  ADA: ["cardano"],
  DOGE: ["dogecoin"],
  LTC: ["litecoin"],
};

/** Words that name a figure. A clause that has some may only give figures whose own name has one of them. */
const LABELS: ReadonlyArray<readonly [label: string, words: RegExp]> = [
  ["close", /\bclos(?:e|es|ed|ing)\b|\bprice\b|\btrad(?:es|ed|ing) at\b|\bstands? at\b/i],
  ["high", /\bhigh(?:s|est)?\b|\bpeak(?:ed)?\b|\bmaximum\b/i],
  ["low", /\blow(?:s|est)?\b|\bbottom(?:ed)?\b|\bminimum\b/i],
  ["rsi", /\brsi\b|\brelative strength\b/i],
  ["macd", /\bmacd\b/i],
  ["volatility", /\bvolatil/i],
  ["funding", /\bfunding\b/i],
  ["correlation", /\bcorrelat/i],
  ["sharpe", /\bsharpe\b/i],
  ["fall", /\bdrawdown\b|\bdeepest fall\b/i],
  ["range", /\batr\b|\btrue range\b/i],
  ["mean", /\bmean\b|\bmoving average\b|\b[se]ma\b/i],
  ["band", /\bbands?\b|\bbollinger\b/i],
  ["equity", /\bequity\b/i],
  ["stop", /\bstops?\b/i],
  ["costs", /\bcosts?\b|\bfees?\b/i],
  ["wins", /\bwin(?:s|ning)?\b|\bwon\b/i],
];

export function labelsOf(text: string): Set<string> {
  return new Set(LABELS.flatMap(([label, words]) => (words.test(text) ? [label] : [])));
}

/** Subjects of facts with the ways in which a text may name each. */
export function subjectsOf(facts: readonly Fact[]): ReadonlyArray<readonly [subject: string, named: RegExp]> {
  const all = new Set(facts.flatMap(({ about }) => about ?? []));
  return [...all].map((subject) => {
    const base = subject.replace(QUOTES, "");
    const names = [subject, ...(base.length > 1 ? [base] : []), ...(SPOKEN[base] ?? [])];
    return [subject, new RegExp(`(?<![\\w/])(?:${names.map(escaped).join("|")})(?![\\w/])`, "i")];
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}

/** Parts of a sentence that speak of one thing each. A comma inside of a number is none. */
export function clausesOf(sentence: string): string[] {
  return sentence.split(/(?:[,;:]\s|\s(?=(?:and|while|but|whereas)\s))/).filter((clause) => clause.trim() !== "");
}

/** Whether a fact may be told in a clause that names these subjects and labels. */
export function mayBeTold(
  { about, name, unit }: Fact,
  subjects: ReadonlySet<string>,
  labels: ReadonlySet<string>,
): boolean {
  if (about !== undefined && subjects.size > 0 && !about.some((one) => subjects.has(one))) return false;
  if (unit === FactUnit.word || labels.size === 0) return true;
  const own = labelsOf(name);
  return own.size === 0 || [...own].some((label) => labels.has(label));
}
