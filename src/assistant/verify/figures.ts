/** @file Numbers, dates and times of a text. */

export type Figure = {
  readonly value: number;
  /** Half a unit of its last digit. */
  readonly half: number;
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
  /** Whether a per cent sign follows: a share can't stand for a price, nor a day of the month for a share. */
  readonly isPercent: boolean;
};

const NUMBER = /[+\-−]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?/gi;
const SCALES: ReadonlyArray<readonly [RegExp, number]> = [
  [/^\s?(?:k|thousand)\b/i, 1e3],
  [/^\s?(?:m|mn|million)\b/i, 1e6],
  [/^\s?(?:b|bn|billion)\b/i, 1e9],
];
const PER_CENT = /^\s?(?:%|per ?cent)/i;
/** A date, a time of day, or both: compared as they are written. */
const MOMENT = /\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2})?|\b\d{1,2}:\d{2}\b/g;

/** Digits that end a name, such as "rsi14", are no numbers. */
export function figuresOf(written: string): Figure[] {
  const text = written.replaceAll(MOMENT, (moment) => " ".repeat(moment.length));
  const found: Figure[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const before = text[match.index - 1] ?? " ";
    const after = text.slice(match.index + match[0].length);
    const sign = /^[+\-−]/.test(match[0]);
    if (/[A-Za-z_@]/.test(before)) continue;
    // A hyphen between digits is no sign, a comma at the end belongs to the sentence.
    const raw = match[0].replace("−", "-").replaceAll(",", "");
    const plain = sign && /[\d.:/]/.test(before) ? raw.slice(1) : raw;
    const scale = SCALES.find(([word]) => word.test(after))?.[1] ?? 1;
    const decimals = /\.(\d+)/.exec(plain)?.[1].length ?? 0;
    const exponent = Number(/e([+-]?\d+)$/i.exec(plain)?.[1] ?? 0);
    found.push({
      value: Number(plain) * scale,
      half: 0.5 * 10 ** (exponent - decimals) * scale,
      text: match[0],
      at: match.index,
      isPercent: PER_CENT.test(after),
    });
  }
  return found;
}

/** Dates and times of a text; one with both also stands for its parts. */
export function momentsOf(text: string): string[] {
  return (text.match(MOMENT) ?? []).flatMap((moment) => {
    const whole = moment.replace("T", " ");
    return whole.includes(" ") ? [whole, ...whole.split(" ")] : [whole];
  });
}

/** Whether a figure is `known`, as far as it is written; of a negative one the sign may be left out. */
export function isEqual({ value, half }: Figure, known: number): boolean {
  const slack = half * (1 + 1e-9) + 1e-12;
  return Math.abs(known - value) <= slack || (value >= 0 && Math.abs(-known - value) <= slack);
}
