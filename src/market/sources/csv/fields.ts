/** @file One line to fields, one field to a number. */

/** Splits a line at the delimiter; quoted fields may hold it. */
export function splitLine(text: string, delimiter: string): string[] {
  if (!text.includes('"')) return text.split(delimiter);
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      if (quoted && text[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = !quoted;
    } else if (char === delimiter && !quoted) {
      fields.push(field);
      field = "";
    } else field += char;
  }
  fields.push(field);
  return fields;
}

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const COMMA = /^[+-]?\d+,\d+$/;
const EMPTY = /^(?:|nan|na|n\/a|null|none|-)$/i;

/** The number, NaN for a field that says it has none, or undefined for text that is no number. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (PLAIN.test(trimmed)) return Number(trimmed);
  if (COMMA.test(trimmed)) return Number(trimmed.replace(",", "."));
  return EMPTY.test(trimmed) ? Number.NaN : undefined;
}

/** Decimal places that a number is written with, trailing zeros apart. An exponent counts as none. */
export function writtenDecimals(text: string): number {
  const point = Math.max(text.indexOf("."), text.indexOf(","));
  if (point < 0) return 0;
  let end = text.length;
  while (end > point + 1 && (text.charCodeAt(end - 1) === 48 || text.charCodeAt(end - 1) === 32)) end--;
  return end - point - 1;
}
