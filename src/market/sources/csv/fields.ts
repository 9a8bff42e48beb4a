/** @file One line to fields. */

/** Any number of blanks stands between two fields. */
export const BLANKS = " ";

/** Splits a line at the delimiter; quoted fields may hold it. */
export function splitLine(text: string, delimiter: string): string[] {
  if (delimiter === BLANKS) return text.trim().split(/ +/);
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
