/**
 * @file Numbers as files write them. Which of "." and "," is the decimal sign is decided for a file as a whole: a single
 * "56,100" may be fifty-six thousand or fifty-six and a tenth.
 */

export const DecimalSign = { point: "point", comma: "comma" } as const;
export type DecimalSign = (typeof DecimalSign)[keyof typeof DecimalSign];

/** The number, NaN for a field that says it has none, or undefined for text that is no number. */
export type NumberParser = (text: string) => number | undefined;

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const EMPTY = /^(?:|nan|na|n\/a|#n\/a|null|none|nil|-|--|–|—)$/i;
const SUFFIXES: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9, T: 1e12 };
/** Words behind a number that multiply it, which a code of a currency must not be taken for: Mio., Mrd., lakh, crore, 万, 亿. */
const WORDS: ReadonlyArray<readonly [RegExp, number]> = [
  [/\s?(?:tsd|tys|тыс|thousand)\.?$/iu, 1e3],
  [/\s?(?:mio|mln|млн|million|millions)\.?$/iu, 1e6],
  [/\s?(?:mrd|mld|млрд|bn|bln|billion|billions)\.?$/iu, 1e9],
  [/\s?(?:l|lac|lacs|lakh|lakhs)\.?$/iu, 1e5],
  [/\s?(?:cr|crs|crore|crores)\.?$/iu, 1e7],
  [/\s?[万萬만]$/u, 1e4],
  [/\s?[亿億억]$/u, 1e8],
];
const WORD_END = /\d\s?\p{L}+\.?$/u;
/** A sign or a code of a currency before or behind the number. */
const CURRENCY =
  /^(?:(?:US|A|C|CA|HK|NT|NZ|S|R|Mex|MX)?\p{Sc}|[A-Z]{3,4}\s|Rs\.?|Rp\.?|S?Fr\.?|kr\.?)\s*|\s*(?:\p{Sc}|\s[A-Z]{3,4}|kr\.?|zł|Kč|Ft|lei|руб\.?|TL|円|元|원)$/gu;

/** Reads numbers with that decimal sign; groups of thousands and signs of currencies are taken off. */
export function numberParser(sign: DecimalSign): NumberParser {
  const isPoint = sign === DecimalSign.point;
  return (text) => {
    if (isPoint && PLAIN.test(text)) return Number(text);
    return parseDressed(text.trim(), isPoint);
  };
}

function parseDressed(text: string, isPoint: boolean): number | undefined {
  if (EMPTY.test(text)) return Number.NaN;
  const word = WORD_END.test(text) ? WORDS.find(([named]) => named.test(text)) : undefined;
  if (word !== undefined) {
    const count = parseDressed(text.replace(word[0], ""), isPoint);
    return count === undefined ? undefined : Number(`${count}e${Math.log10(word[1])}`);
  }
  // Spreadsheets write a number that is to stay a text as a formula.
  let bare = text.replace(/^=/, "").replace(CURRENCY, "").replaceAll("\u2212", "-");
  if (/^-\s*\p{Sc}/u.test(bare)) bare = `-${bare.replace(/^-\s*\p{Sc}\s*/u, "")}`;
  const inBrackets = /^\((.+)\)$/.exec(bare);
  if (inBrackets !== null) bare = `-${inBrackets[1]}`;
  const suffix = /\d\s?([KMBT])$/i.exec(bare);
  const scale = suffix === null ? 1 : SUFFIXES[suffix[1].toUpperCase()];
  if (suffix !== null) bare = bare.slice(0, -1).trimEnd();
  const plain = withoutGroups(bare, isPoint);
  if (plain === undefined || !PLAIN.test(plain)) return undefined;
  // The power of ten goes into the text, so that "251.64K" is 251640 to the last bit.
  return scale === 1
    ? Number(plain)
    : Number(/e/i.test(plain) ? Number(plain) * scale : `${plain}e${Math.log10(scale)}`);
}

/** The number with "." as the decimal sign and without groups, or undefined where the groups are no groups of thousands. */
function withoutGroups(text: string, isPoint: boolean): string | undefined {
  const [group, decimal] = isPoint ? [",", "."] : [".", ","];
  const [whole, ...rest] = text.replace(/[\s'’\u00A0\u202F]/g, group).split(decimal);
  if (rest.length > 1) return undefined;
  const fraction = rest.length === 1 ? `.${rest[0]}` : "";
  if (!whole.includes(group)) return `${whole}${fraction}`;
  const parts = whole.replace(/^[+-]/, "").split(group);
  const [first, ...groups] = parts;
  // Indian groups are of two digits but for the last one.
  const isGrouped =
    /^\d{1,3}$/.test(first) &&
    groups.every((part, i) => (i === groups.length - 1 ? /^\d{3}$/ : /^\d{2,3}$/).test(part));
  return isGrouped ? `${whole.replaceAll(group, "")}${fraction}` : undefined;
}

export type SignEvidence = {
  readonly sign: DecimalSign;
  /** True where nothing in the file decides it. */
  readonly isOpen: boolean;
  /** A number that can be read both ways. */
  readonly example?: string;
};

/**
 * The decimal sign that the numbers of a file show.
 * @param language what the header's language uses, where it is known
 * @param isCommaDelimited a comma inside of a quoted field of such a file is a group of thousands unless shown otherwise
 */
export function decimalSignOf(
  texts: Iterable<string>,
  language: DecimalSign | undefined,
  isCommaDelimited: boolean,
): SignEvidence {
  let comma = 0;
  let point = 0;
  let commaOpen: string | undefined;
  let pointOpen: string | undefined;
  for (const text of texts) {
    const digits = text.replace(/[^\d.,eE+-]/g, "");
    const sure = sureSign(digits);
    if (sure === DecimalSign.comma) comma++;
    else if (sure === DecimalSign.point) point++;
    else if (/^[+-]?\d{1,3},\d{3}$/.test(digits)) commaOpen ??= text.trim();
    else if (/^[+-]?\d{1,3}\.\d{3}$/.test(digits)) pointOpen ??= text.trim();
  }
  if (comma > 0 || point > 0) return { sign: comma > point ? DecimalSign.comma : DecimalSign.point, isOpen: false };
  if (commaOpen !== undefined) {
    if (language !== undefined) return { sign: language, isOpen: false };
    // Where a dot stands as well, one of them is for thousands: with three digits behind both, nothing tells which.
    const isOpen = pointOpen !== undefined || !isCommaDelimited;
    return { sign: DecimalSign.point, isOpen, example: commaOpen };
  }
  if (pointOpen !== undefined && language === DecimalSign.comma) {
    return { sign: DecimalSign.comma, isOpen: true, example: pointOpen };
  }
  return { sign: DecimalSign.point, isOpen: false };
}

/** The sign that one number alone proves, or undefined. */
function sureSign(digits: string): DecimalSign | undefined {
  const [lastComma, lastPoint] = [digits.lastIndexOf(","), digits.lastIndexOf(".")];
  if (lastComma < 0 && lastPoint < 0) return undefined;
  if (lastComma >= 0 && lastPoint >= 0) return lastComma > lastPoint ? DecimalSign.comma : DecimalSign.point;
  const [mark, own, other] =
    lastComma >= 0
      ? ([",", DecimalSign.comma, DecimalSign.point] as const)
      : ([".", DecimalSign.point, DecimalSign.comma] as const);
  const parts = digits.replace(/^[+-]/, "").split(mark);
  if (parts.length > 2) return other;
  const [whole, fraction] = parts;
  const isGroup = /^\d{3}$/.test(fraction) && /^[1-9]\d{0,2}$/.test(whole);
  return isGroup ? undefined : own;
}
