/** @file A fact: one figure with its unit, source and time. Every number of an answer is one of them. */
import { ensureNever, formatMinute } from "../core/index.ts";

export const FactUnit = {
  /** In the quote currency of its symbol. */
  price: "price",
  /** A share, 0.01 for 1 %. */
  share: "share",
  /** A change as a share: its sign is a direction. */
  change: "change",
  number: "number",
  count: "count",
  /** UTC milliseconds. */
  time: "time",
  /** A word, not a number. */
  word: "word",
  /** Words of somebody else, such as a headline: told in quotation marks, their numbers are nobody's facts. */
  quote: "quote",
} as const;
export type FactUnit = (typeof FactUnit)[keyof typeof FactUnit];

export type Fact = {
  /** Unique within an answer, such as "BTCUSDT.close". */
  readonly id: string;
  /** What it is, in words. */
  readonly name: string;
  readonly value: number | string;
  readonly unit: FactUnit;
  /** As it is written in an answer. */
  readonly display: string;
  /** Where it was read: a candle set, a report, a session. */
  readonly source: string;
  /** UTC milliseconds that it holds for; undefined where it has no time. */
  readonly asOfMs?: number;
  /** Symbols, models or sessions that it is said of; undefined where it may be said of any. */
  readonly about?: readonly string[];
};

/** A price with five significant digits or two decimals, whichever are more. */
function priceText(value: number): string {
  if (Math.abs(value) < 5e-13) return "0.00";
  const digits = value === 0 ? 2 : Math.max(2, 4 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: Math.min(digits, 12) });
}

/** Two decimals; what is less than half of the last one is zero, and has no sign. */
function percentText(value: number): string {
  const text = (100 * value).toFixed(2);
  return Number(text) === 0 ? "0.00" : text;
}

/** A figure as an answer writes it. */
function displayOf(value: number | string, unit: FactUnit): string {
  if (typeof value === "string") return value;
  switch (unit) {
    case FactUnit.price:
      return priceText(value);
    case FactUnit.share:
      return `${percentText(value)} %`;
    case FactUnit.change:
      return `${value < 0 ? "" : "+"}${percentText(value)} %`;
    case FactUnit.count:
      return Math.round(value).toLocaleString("en-US");
    case FactUnit.time:
      return formatMinute(value);
    case FactUnit.number:
    case FactUnit.word:
    case FactUnit.quote:
      // Zeros in place of digits would be another value.
      if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en-US");
      return Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 6 });
    default:
      return ensureNever(unit);
  }
}

/** The facts of one answer, each told once. */
export class FactBook {
  readonly #facts = new Map<string, Fact>();

  /** Takes note of a figure and returns how it is written. */
  say(
    id: string,
    name: string,
    value: number | string,
    unit: FactUnit,
    origin: Pick<Fact, "source" | "asOfMs" | "about">,
  ): string {
    const display = displayOf(value, unit);
    this.#facts.set(id, { id, name, value, unit, display, ...origin });
    return display;
  }

  all(): readonly Fact[] {
    return [...this.#facts.values()];
  }
}

/** Facts of several answers as one list: of two with one id but different values, both stay. */
export function mergedFacts(lists: ReadonlyArray<readonly Fact[]>): Fact[] {
  const merged = new Map<string, Fact>();
  for (const fact of lists.flat()) {
    let id = fact.id;
    for (let n = 2; ; n++) {
      const known = merged.get(id);
      if (known === undefined) merged.set(id, { ...fact, id });
      if (known === undefined || (known.value === fact.value && known.name === fact.name)) break;
      id = `${fact.id}#${n}`;
    }
  }
  return [...merged.values()];
}
